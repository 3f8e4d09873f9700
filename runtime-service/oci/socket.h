#ifndef VMFACTORY_SOCKET_H
#define VMFACTORY_SOCKET_H

#include <stdbool.h>
#include <sys/un.h>

// UNIX sockets.

// Sets the address of a socket. Returns false with errno if its path is too long.
bool socket_address(struct sockaddr_un *address, const char *path);

// Connects to a socket. Returns -1 with errno if no process listens there.
//   flags  SOCK_NONBLOCK, or 0
int socket_connect(const char *path, int flags);

#endif
