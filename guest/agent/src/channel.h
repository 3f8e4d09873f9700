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
    struct sender sender;
    struct conversation *conversation;
};

// Serves ttRPC on a non-blocking descriptor, which belongs to the channel from now on.
struct channel *channel_open(int fd, enum channel_kind kind);

void channel_close(struct channel *channel);

#endif
