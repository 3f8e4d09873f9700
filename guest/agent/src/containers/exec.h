#ifndef VMFACTORY_EXEC_H
#define VMFACTORY_EXEC_H

#include "../call.h"
#include "container.h"
#include "kata/agent.pb-c.h"

// Starts one more process in a running container. Answers the call, at once or later.
void container_exec(
    struct call *call, struct container *container, const Grpc__ExecProcessRequest *request);

#endif
