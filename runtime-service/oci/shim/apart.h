#ifndef VMFACTORY_SHIM_APART_H
#define VMFACTORY_SHIM_APART_H

#include <sys/types.h>

#include "bytes.h"
#include "relay.h"

// Work that the keeper does in a process of its own: it enters namespaces, and ends with stop() if it fails.

// Appends its result. Gets a container's id, and the pid of its stand-in.
typedef void (*apart_work)(const char *id, pid_t standin, struct bytes *result);

// Begins the work. done gets the result, or STATUS_INTERNAL with the reason of the failure.
void apart_run(apart_work work, const char *id, pid_t standin, relay_done done, void *context);

#endif
