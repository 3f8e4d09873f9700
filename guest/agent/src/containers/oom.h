#ifndef VMFACTORY_OOM_H
#define VMFACTORY_OOM_H

#include "../call.h"
#include "container.h"

// Collects the events that the kernel killed a process because memory was short.

// Adds an event if the kernel has killed a process of the container since the last check.
void oom_check(struct container *container);

// Answers an OOMEvent as soon as there is one. The oldest call gets the next event.
void oom_ask(struct call *call);

#endif
