#ifndef VMFACTORY_SENDER_H
#define VMFACTORY_SENDER_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output.h"

// Sends response frames to a descriptor.
struct sender {
    int fd;
    struct output output;
    size_t bytes_room; // of the response that sender_bytes_begin began
};

// Sends a ttrpc.Response.
void sender_send(struct sender *sender, uint32_t stream, const ProtobufCMessage *response);

// Begins a response whose payload is a message with one field: number 1, bytes. Returns room for at most
// "most" bytes, which the caller fills; NULL = no memory. The caller then ends or cancels the response
// before it sends another one.
uint8_t *sender_bytes_begin(struct sender *sender, size_t most);
void sender_bytes_end(struct sender *sender, uint32_t stream, size_t length);
void sender_bytes_cancel(struct sender *sender);

// Returns whether the host reads its responses: the unsent bytes are below a limit.
bool sender_has_room(const struct sender *sender);

#endif
