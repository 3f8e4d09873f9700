#ifndef VMFACTORY_LOOKUP_H
#define VMFACTORY_LOOKUP_H

#include "../call.h"
#include "../containers/container.h"

// Find what a call names. NULL = it does not exist, and the call was answered with NOT_FOUND.
struct container *lookup_container(struct call *call, const char *id);
struct process *lookup_process(struct call *call, const char *container_id, const char *id);

#endif
