#ifndef VMFACTORY_SHIM_DIAL_H
#define VMFACTORY_SHIM_DIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "loop.h"
#include "message.h"

// A connection of the keeper to a server, for one ttRPC call.

enum { DIAL_STREAM = 1 };

struct dial {
    struct source source; // the first member; fd = -1: not connected
    struct bytes out, in;
    // Takes the answer, which lives until it returns. It closes the connection; afterwards it may free the dial.
    void (*answered)(struct dial *self, const struct answer *answer);
    // The connection has ended without an answer, and is closed.
    void (*lost)(struct dial *self);
};

// Connects and sends the bytes of a request. Returns false if no process listens.
bool dial_open(struct dial *dial, const char *socket, const struct bytes *request);

void dial_close(struct dial *dial);

#endif
