// The calls that clients have made and the agent has not answered. On the port, each has a stream id of its own.
#ifndef CALLS_H
#define CALLS_H

#include <stdbool.h>
#include <stdint.h>

struct client;

// Begins at a random id: the agent recognises a new host by it.
void calls_start(void);

// Returns an id that no call has.
uint32_t calls_next_id(void);

// Remembers a client's call and returns its id on the port.
uint32_t calls_add(struct client *client, uint32_t stream);

// Removes the call with this id. Returns its client, and puts the client's own stream id into *stream. Returns NULL if
// there is no such call, because its client has gone.
struct client *calls_take(uint32_t id, uint32_t *stream);

// Removes all calls of a client, and gives the id of each to gone.
void calls_drop(const struct client *client, void (*gone)(uint32_t id));

#endif
