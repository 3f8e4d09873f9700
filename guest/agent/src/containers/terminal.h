#ifndef VMFACTORY_TERMINAL_H
#define VMFACTORY_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../loop.h"

// Handles terminals of containers. crun makes a terminal and sends its master over a socket.

#define TERMINAL_NO_OWNER ((uid_t)-1)

// The agent's end of that socket.
struct console {
    struct source source; // listens, then is crun's connection; fd -1 = neither
    int listening;
    int master; // -1 = not received yet
    uid_t owner;
};

// Listens for crun and writes the path of the socket. The terminal gets the owner as soon as its master
// arrives, before crun has executed the program; TERMINAL_NO_OWNER = crun sets it. Returns 0, or -1 with
// errno.
int console_open(struct console *console, uid_t owner, char *path, size_t size);

// Returns the master, which crun, that has ended, has sent. -1 = it has sent none. Closes the socket.
int console_finish(struct console *console);

// Closes the socket and a master that was not taken.
void console_close(struct console *console);

// Returns 0, or -1 with errno.
int terminal_resize(int master, uint32_t rows, uint32_t columns);

// Returns the terminal's end-of-file character, and sets *mid_line if the last byte of input did not end a
// line: then the first such character ends the line, and a second one the input.
char terminal_eof(int master, char last, bool *mid_line);

#endif
