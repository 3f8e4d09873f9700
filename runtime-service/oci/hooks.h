#ifndef VMFACTORY_HOOKS_H
#define VMFACTORY_HOOKS_H

#include "service.h"

// Programs of this host that an engine has run when a container changes its state: "hooks" of the OCI specification. They
// run with the rights of this process, outside the container, and get its state, as JSON, on standard input. Docker sets
// up a container's network by one.

enum hook_stage { PRESTART = 1, CREATE_RUNTIME = 2, POSTSTART = 3, POSTSTOP = 4 };

// Runs the hooks of a stage, one after the other, up to the first one that fails. Returns NULL, or why that failed: a text
// that the caller frees.
//   status  the container's status in the JSON
char *hooks_run(const struct container *container, enum hook_stage stage, const char *status);

#endif
