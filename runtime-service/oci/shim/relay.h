#ifndef VMFACTORY_SHIM_RELAY_H
#define VMFACTORY_SHIM_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

// Calls of the keeper to the runtime service. If the service ends before it has answered, the call is repeated when the
// next service is there; so each call must have the same effect when it is made twice.

struct relay;

// Takes the answer: a code of gRPC, and the payload, or for a refusal its text.
typedef void (*relay_done)(void *context, int code, const uint8_t *bytes, size_t length);

// Makes a call. Takes ownership of the bytes of the request.
//   seconds  the longest time until the answer
//   patient  whether it waits for a service if none runs; otherwise that is a refusal
void relay_call(
    const char *method, struct bytes *request, unsigned seconds, bool patient, relay_done done, void *context);

// Gives the calls with this context up: the service undoes what it has begun. Their done is not called.
void relay_cancel(const void *context);

// Returns how long the loop may wait, in milliseconds; -1 = without a limit.
int relay_limit(void);

// Refuses the calls whose time is over.
void relay_expire(void);

#endif
