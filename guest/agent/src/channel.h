#ifndef VMFACTORY_CHANNEL_H
#define VMFACTORY_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"
#include "loop.h"
#include "ttrpc/frame.h"
#include "ttrpc/sender.h"

// A descriptor that carries ttRPC.
enum channel_kind {
    // A byte stream. It ends when its host disconnects, and at the first byte that is not part of a frame.
    CHANNEL_STREAM,
    // A virtio-serial port. It outlives its hosts. While no host is connected, read() returns 0 and epoll
    // reports EPOLLHUP; so events are edge-triggered, and each host gets a new conversation.
    CHANNEL_PORT,
};

struct channel {
    struct source source;
    enum channel_kind kind;
    // Bytes of a port's new host have arrived before the event that announces the host: the driver takes
    // bytes from an interrupt, but handles connections in a work queue. The host gets its answers after
    // that event.
    bool ahead;
    uint32_t last_stream; // stream id of the latest request
    struct frame_parser parser;
    struct sender sender;
    struct conversation *conversation;
    struct channel *next_port; // the port that was opened before
};

// Serves ttRPC on a non-blocking descriptor. Takes ownership of it.
struct channel *channel_open(int fd, enum channel_kind kind);

void channel_close(struct channel *channel);

// Lets every port except that of this conversation begin anew: drops its half frame, its waiting calls, its
// unsent answers, and the bytes that wait in the driver. For a guest that was restored from a snapshot: its hosts
// have gone, perhaps in the middle of a frame, and nothing but the daemon is connected yet.
void channels_forget_others(const struct conversation *conversation);

#endif
