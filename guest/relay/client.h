// The clients of the relay: each is a connection that makes calls to the agent.
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>

// Starts to serve clients over the connected port.
void clients_start(void);

// Takes ownership of a non-blocking connection.
void client_open(int fd);

// Returns whether there is a client.
bool clients_any(void);

#endif
