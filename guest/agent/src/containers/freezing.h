#ifndef VMFACTORY_FREEZING_H
#define VMFACTORY_FREEZING_H

#include <stdbool.h>

#include "../call.h"
#include "container.h"

// Pauses or resumes a container. Answers the call, at once or later.
void container_freeze(struct call *call, struct container *container, bool freeze);

// Answers the call that waits for the pause or the resumption, if the kernel has done it.
void freezing_continue(struct container *container);

#endif
