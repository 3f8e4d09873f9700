#ifndef VMFACTORY_CREATION_H
#define VMFACTORY_CREATION_H

#include "../call.h"
#include "container.h"
#include "kata/agent.pb-c.h"

// Each answers the call, at once or later.

// Mounts the storages, then lets crun create the container. After a failure nothing remains of it.
void container_create(struct call *call, const Grpc__CreateContainerRequest *request);

// Lets the first process of a created container execute its program, or another one (NULL = its own).
void container_start(struct call *call, struct container *container, const Grpc__Program *program);

// Gives a created container whose program is chosen at its start another id and another program.
void container_reuse(struct call *call, struct container *container, const char *id, const Grpc__Process *process);

#endif
