#ifndef VMFACTORY_LOOKUP_H
#define VMFACTORY_LOOKUP_H

#include "../containers/container.h"

// What a call names. NULL = there is none, and the call has been answered so.
struct container *lookup_container(struct call *call, const char *id);
struct process *lookup_process(struct call *call, const char *container, const char *id);

#endif
