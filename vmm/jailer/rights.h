// What the program may do: limits, control groups, user and capabilities.
#ifndef RIGHTS_H
#define RIGHTS_H

#include "plan.h"

// Makes this process a member of its control groups.
void rights_join_cgroups(const struct plan *plan);

// Sets the limits of resources.
void rights_limit(const struct plan *plan);

// Changes the user and drops all capabilities for ever.
void rights_drop(const struct plan *plan);

#endif
