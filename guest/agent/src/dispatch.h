#ifndef VMFACTORY_DISPATCH_H
#define VMFACTORY_DISPATCH_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call.h"

// A method that is there. The handler ends the call now or later; the request lives until it returns.
struct method {
    const char *name;
    void (*handle)(struct call *call, const ProtobufCMessage *request);
    unsigned long calls; // how often it was asked for
};

// Methods of the descriptor that are not in the table (it ends with a method without a name) answer
// UNIMPLEMENTED.
struct service {
    const ProtobufCServiceDescriptor *descriptor;
    struct method *methods;
};

// Sets the services that are offered; the table ends with a service without a descriptor. Called once,
// before the first request.
void dispatch_offer(const struct service *services);
const struct service *dispatch_offered(void);

// Answers a ttrpc.Request. False = the bytes are none, nothing was answered.
bool dispatch(
    struct conversation *conversation, uint32_t stream, const uint8_t *bytes, size_t length);

#endif
