// The socket that clients connect to. At most one relay listens on it; a lock on its path + ".lock" is held while
// that changes.
#ifndef LISTENER_H
#define LISTENER_H

#include <stdbool.h>

// Takes the lock. Returns false if another relay listens.
bool listener_claim(const char *path);

// Makes the socket.
void listener_open(void);

// Releases the lock and starts to accept clients.
void listener_start(void);

// Accepts the clients that have connected, as far as there are descriptors for them.
void listener_accept(void);

// Removes the socket.
void listener_remove(void);

// Stops to listen, unless a client has connected meanwhile. Returns true with the lock held.
bool listener_retire(void);

#endif
