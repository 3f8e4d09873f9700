#ifndef VMFACTORY_FAILURE_H
#define VMFACTORY_FAILURE_H

#include <stdbool.h>

#include "../problem.h"

// Says why crun could not run a program. A message of crun is read as little as possible, because versions
// word it differently: only whether it is about the program, and which text of errno it contains.

// Returns whether a message names a path of the container: crun may leave the leading slash out.
bool failure_names(const char *message, const char *path);

enum failure_step {
    FAILURE_MAKING, // crun looked for the program
    FAILURE_LAUNCHING, // crun found it, and the kernel did not execute it
};

// Sets the reason and returns its status: NOT_FOUND (the program or, while launching, its interpreter does
// not exist), PERMISSION_DENIED (it cannot be executed) or INTERNAL (another failure, in crun's words).
enum status failure_of(
    struct problem *problem, enum failure_step step, const char *program, const char *message);

#endif
