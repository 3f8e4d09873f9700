#ifndef VMFACTORY_LIMITS_H
#define VMFACTORY_LIMITS_H

#include <stdbool.h>

#include "../problem.h"
#include "kata/agent.pb-c.h"

// Changes the limits of a control group. A limit that is 0 or empty stays as it is. False with problem: the
// limits before the one that the problem names are changed.
bool limits_set(
    const char *group, const Grpc__LinuxResources *resources, struct problem *problem);

#endif
