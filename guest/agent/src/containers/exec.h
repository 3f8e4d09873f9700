#ifndef VMFACTORY_EXEC_H
#define VMFACTORY_EXEC_H

#include <stdbool.h>

#include "../call.h"
#include "container.h"
#include "kata/agent.pb-c.h"

// Whether the container runs, or waits for its program: its first process is then a launcher, which is a process like
// any other.
bool exec_is_possible(const struct container *container);

// Starts one more process in a running container. Answers the call, at once or later.
void container_exec(
    struct call *call, struct container *container, const Grpc__ExecProcessRequest *request);

#endif
