#ifndef VMFACTORY_OOM_H
#define VMFACTORY_OOM_H

#include "../call.h"
#include "container.h"

// The kernel ends processes for want of memory: events, kept until somebody asks for them.

// Looks whether it has done so in a container since the last look.
void oom_look(struct container *container);

// Answers an OOMEvent as soon as there is one.
void oom_ask(struct call *call);

#endif
