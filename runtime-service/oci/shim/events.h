#ifndef VMFACTORY_SHIM_EVENTS_H
#define VMFACTORY_SHIM_EVENTS_H

#include <stdbool.h>

#include "bytes.h"

// Events for containerd. They arrive in their order. While containerd does not run, they wait for it.

// Sets containerd's socket for events, and the namespace. Both must live on.
void events_to(const char *socket, const char *space);

// Publishes a message of the type containerd.events.NAME.
void events_publish(const char *topic, const char *name, const struct bytes *message);

// Returns whether some wait for containerd.
bool events_wait(void);

// Appends a google.protobuf.Timestamp.
struct timespec;
void put_time(struct bytes *message, unsigned field, const struct timespec *time);

#endif
