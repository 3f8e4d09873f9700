#ifndef VMFACTORY_SPEC_H
#define VMFACTORY_SPEC_H

#include <stdbool.h>

#include "../problem.h"
#include "kata/agent.pb-c.h"

// Turns requests into the OCI specifications that crun gets.

// Accepts 1 to 127 letters, digits, '_', '.' and '-', of which the first is a letter or digit.
bool is_id(const char *text);

// Returns config.json for crun: the request's spec without the namespaces that all containers of a sandbox
// share, with a mount and a PID namespace, and with a control group, whose path is set in *group. The caller
// frees both. NULL with problem = the agent cannot run it.
char *spec_config(
    const Grpc__CreateContainerRequest *request, char **group, struct problem *problem);

// Returns a process as JSON for crun. The caller frees it. NULL with problem = the agent cannot run it.
char *spec_process(const Grpc__Process *process, size_t *length, struct problem *problem);

#endif
