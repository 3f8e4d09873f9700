#ifndef VMFACTORY_REMOVAL_H
#define VMFACTORY_REMOVAL_H

#include <stdint.h>

#include "../call.h"
#include "container.h"

// Kills the container's processes and removes the container. Answers the call when nothing of the
// container remains, or after this many seconds (0 = no limit); the removal then goes on.
void container_remove(struct call *call, struct container *container, uint32_t seconds);

// Removes all containers, also those that are still being created. Calls gone when none remains.
void containers_remove_all(void (*gone)(void *context), void *context);

// Takes the next step of a requested removal. Call it after each change that the removal
// may wait for: creation has ended, a process has ended, the control group is empty. It may free the
// container.
void removal_continue(struct container *container);

#endif
