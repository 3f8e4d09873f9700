#ifndef VMFACTORY_SERVICE_H
#define VMFACTORY_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"

// Calls of vmfactory.runtime.v1 to the runtime service.

// gRPC's code for "there is no such container".
#define NOT_FOUND 5

// A container as the service describes it; see runtime.proto.
struct container {
    char *id;
    int state;
    int stand_in;
    int exit_status;
    bool terminal;
    char *bundle;
    char *network; // the path of its network namespace; empty = a new one
    int64_t created_millis;
    char *ports[8];
    unsigned port_count;
};

enum state { CREATED = 1, RUNNING = 2, STOPPED = 3, PAUSED = 4 };

// Makes one call and waits for its answer. Returns the code; the answer's payload, or the message of the refusal, is in
// reply. Ends the process if the service cannot be reached.
int service_call(const char *method, const struct bytes *request, unsigned seconds, struct bytes *reply);

// Makes a call that must succeed. Ends the process with the message of the service if it does not.
struct bytes service_must(const char *method, const struct bytes *request, unsigned seconds);

// Begins a request with the two fields that name a container.
struct bytes request_for(const char *space, const char *id);

// Reads a Container.
struct container container_of(const uint8_t *bytes, size_t length);

// Reads the Container in field 1 of an answer.
struct container container_in(const struct bytes *reply);

#endif
