#ifndef VMFACTORY_DIALOGUE_H
#define VMFACTORY_DIALOGUE_H

#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>

// Connections of DNS over TCP: a client sends messages with their lengths before them, and gets answers in the same form.
// A connection has one query at a time. If there are too many connections, the oldest one is closed.

// Takes ownership of a message of a client that has asked a server. Returns the id of the query, which is not 0.
typedef uint32_t (*dialogue_asked)(struct in_addr server, uint8_t *message, size_t length);

// Takes ownership of a connection.
void dialogue_begin(int fd, struct in_addr server, dialogue_asked asked);

// Answers a query, if its client is still there. An empty message closes the connection.
void dialogue_answer(uint32_t id, const uint8_t *message, size_t length);

// Closes the connection that has this query.
void dialogue_end(uint32_t id);

#endif
