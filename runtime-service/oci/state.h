#ifndef VMFACTORY_STATE_H
#define VMFACTORY_STATE_H

#include "bytes.h"
#include "service.h"

// Appends the state of a container as the OCI specification has it.
void state_json(struct bytes *text, const struct container *container);

// The same, with another status than its own.
void state_json_as(struct bytes *text, const struct container *container, const char *status);

// Appends the containers of an answer of ListContainers: "json", "table", or "quiet" = their ids.
void state_list(struct bytes *text, const struct bytes *reply, const char *format);

// Returns the number of a signal, 0..64: 15, TERM or SIGTERM. -1 = there is none of that name.
int state_signal(const char *name);

#endif
