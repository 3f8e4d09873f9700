// UNIX sockets by path.
#ifndef UNIX_H
#define UNIX_H

#include <stdbool.h>

// Returns a non-blocking connection. Ends the program with a message if no process listens there.
int unix_connect(const char *path);

// Returns whether a process listens there.
bool unix_answers(const char *path);

// Listens, mode 0600, for any number of clients. Replaces a socket that no process listens on any more. Ends the
// program with a message if that fails.
int unix_listen(const char *path);

// A file that root makes in another user's folder must be that user's, whose programs use it too.
void unix_give_to_owner_of_folder(const char *file);

#endif
