#ifndef VMFACTORY_SPEC_H
#define VMFACTORY_SPEC_H

#include <stdbool.h>

#include "../problem.h"
#include "kata/agent.pb-c.h"

// The OCI specification of a container, as this guest runs it.

// Letters, digits, '_', '.' and '-', the first one a letter or digit; 1..127 of them.
bool is_id(const char *text);

// config.json for crun: the spec with the namespaces that containers of a sandbox share taken out, a
// mount namespace put in, and a control group, whose path it returns in *group. Both are the caller's
// to free. NULL = it cannot be run; problem says why.
char *spec_config(
    const Grpc__CreateContainerRequest *request, char **group, struct problem *problem);

// A process for crun; the caller frees it. NULL with problem.
char *spec_process(const Grpc__Process *process, size_t *length, struct problem *problem);

#endif
