#ifndef VMFACTORY_NETWORK_H
#define VMFACTORY_NETWORK_H

#include <stdbool.h>

#include "bytes.h"

// Connects the network that an engine has made for a container to the container's VM. The engine leaves interfaces in a
// network namespace. Each of them gets a tap of the VM beside it, and the kernel passes all frames that arrive at the
// one out through the other (ADR 0055).

// Enters a network namespace; an empty path makes a new one. Returns NULL, or why it cannot. The namespace that this
// process is in is refused: it is the host's, whose interfaces must stay the host's.
const char *network_enter(const char *path);

// Returns whether the interfaces of this process's network namespace are connected to a VM already.
bool network_taken(void);

// Connects all interfaces of the network namespace that a process is in, and frees the taps of those that have gone. Has
// no effect on what is connected. Stays in that namespace. Ends this process if that fails.
void network_connect(const char *space, const char *id, int process);

// The two halves of network_connect(), for a program that makes the call itself. Both enter the namespace.

// Appends what the request for ConnectNetwork has beside the names of the container; nothing if there is no interface.
void network_list(const char *id, int process, struct bytes *request);

// Redirects all frames, after the call.
void network_redirect(const char *id, int process);

// Watches the network namespace of this process from now on.
void network_watch(void);

// Returns the descriptor to poll for reading; -1 = nothing is watched.
int network_fd(void);

// Call it when the descriptor can be read. Connects what has changed, in a process of its own.
void network_work(const char *space, const char *id);

// Ends the redirections in the network namespace of this process.
void network_leave(void);

#endif
