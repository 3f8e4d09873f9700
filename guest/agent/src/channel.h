#ifndef VMFACTORY_CHANNEL_H
#define VMFACTORY_CHANNEL_H

#include <protobuf-c/protobuf-c.h>

#include "call.h"
#include "loop.h"
#include "ttrpc/frame.h"
#include "ttrpc/output.h"

// A descriptor that carries ttRPC.
enum channel_kind {
    // A byte stream: ends with its host, and at the first byte that is no frame.
    CHANNEL_STREAM,
    // A virtio-serial port: outlives its hosts. While no host is there, read() returns 0 and poll
    // says EPOLLHUP; hence edge-triggered events, and a new conversation for each host.
    CHANNEL_PORT,
};

struct channel {
    struct source source;
    enum channel_kind kind;
    // A port's new host can be heard before it is announced: the driver takes its bytes from an
    // interrupt, its coming from a work queue. What it asked is answered once it has come.
    bool ahead;
    uint32_t last_stream; // of the latest request
    struct frame_parser parser;
    struct output output;
    size_t bytes_room; // see channel_bytes_begin
    struct conversation *conversation;
};

// Serves ttRPC on a non-blocking descriptor, which belongs to the channel from now on.
struct channel *channel_open(int fd, enum channel_kind kind);

void channel_close(struct channel *channel);

// Sends a ttrpc.Response.
void channel_send(struct channel *channel, uint32_t stream, const ProtobufCMessage *response);

// As call_room_for_bytes and its companions.
uint8_t *channel_bytes_begin(struct channel *channel, size_t most);
void channel_bytes_end(struct channel *channel, uint32_t stream, size_t length);
void channel_bytes_forget(struct channel *channel);

// Whether the host reads its answers: what it has not taken yet is below a limit.
bool channel_has_room(const struct channel *channel);

#endif
