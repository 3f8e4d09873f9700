#ifndef VMFACTORY_TERMINAL_H
#define VMFACTORY_TERMINAL_H

#include <stddef.h>
#include <stdint.h>

// Handles terminals of containers. crun makes a terminal and sends its master over a socket.

// Returns a listening socket for crun and writes its path. -1 with errno on failure.
int terminal_listen(char *path, size_t size);

// Receives the master that crun has sent and makes it non-blocking. -1 = crun has sent none.
int terminal_receive(int listening);

// Closes the socket and removes its path.
void terminal_unlisten(int listening);

// Returns 0, or -1 with errno.
int terminal_resize(int master, uint32_t rows, uint32_t columns);

// Sends the terminal's end-of-file character if the terminal reads lines.
void terminal_end_input(int master);

#endif
