#ifndef VMFACTORY_LIMITS_H
#define VMFACTORY_LIMITS_H

#include <stdbool.h>

#include "../problem.h"
#include "kata/agent.pb-c.h"

// Changes the limits of a control group; what is 0 or empty stays. False with problem: those before
// the one it names are changed.
bool limits_set(
    const char *group, const Grpc__LinuxResources *resources, struct problem *problem);

#endif
