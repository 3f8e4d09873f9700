#ifndef VMFACTORY_TERMINAL_H
#define VMFACTORY_TERMINAL_H

#include <stddef.h>
#include <stdint.h>

// Terminals of containers: crun makes one and hands its master over a socket.

// Where crun finds us: a listening socket and its path. -1 with errno = there is none.
int terminal_listen(char *path, size_t size);

// Takes the master that crun has sent, set not to block. -1 = there is none.
int terminal_receive(int listening);

void terminal_unlisten(int listening);

// 0, or -1 with errno.
int terminal_resize(int master, uint32_t rows, uint32_t columns);

// Sends the terminal's end-of-file character, if it has one now.
void terminal_end_input(int master);

#endif
