#ifndef VMFACTORY_DISPATCH_H
#define VMFACTORY_DISPATCH_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call.h"

// A method that the agent offers. The handler ends the call now or later. The request lives until the
// handler returns.
struct method {
    const char *name;
    void (*handle)(struct call *call, const ProtobufCMessage *request);
    unsigned long calls; // how often it was called
};

// The table of methods ends with a method without a name. A method of the descriptor that is not in the
// table answers UNIMPLEMENTED.
struct service {
    const ProtobufCServiceDescriptor *descriptor;
    struct method *methods;
};

// Sets the services that the agent offers. The table ends with a service without a descriptor. Called
// once, before the first request.
void dispatch_offer(const struct service *services);
const struct service *dispatch_offered(void);

// Answers a ttrpc.Request. False = the bytes are not a request; nothing was answered.
bool dispatch(
    struct conversation *conversation, uint32_t stream, const uint8_t *bytes, size_t length);

#endif
