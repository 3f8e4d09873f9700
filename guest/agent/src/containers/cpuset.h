#ifndef VMFACTORY_CPUSET_H
#define VMFACTORY_CPUSET_H

#include <stdbool.h>

// Sets of numbers as the kernel writes them: "0-3,8".

// Returns whether every number of a set is in the other one. False = it is not, or a text is no set.
bool cpuset_within(const char *set, const char *other);

#endif
