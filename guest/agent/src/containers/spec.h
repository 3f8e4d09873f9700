#ifndef VMFACTORY_SPEC_H
#define VMFACTORY_SPEC_H

#include <stdbool.h>
#include <sys/types.h>

#include "../problem.h"
#include "kata/agent.pb-c.h"

// Turns requests into the OCI specifications that crun gets.

// Accepts 1 to 127 letters, digits, '_', '.' and '-', of which the first is a letter or digit.
bool is_id(const char *text);

// What crun gets for a request.
struct spec_made {
    char *config; // config.json
    char *group; // the path of its control group
    Grpc__Spec *spec; // what config.json says, and the kernel parameters, which crun does not set
};

// Makes config.json from the request's spec: in a version that crun knows; without the namespaces that all
// containers of a sandbox share; with a mount and a PID namespace; with a UTS namespace if the spec names the host
// or its domain; with a control group and with resources of this guest. Annotations are left out, because crun
// has switches among them. The caller frees the content with spec_free. False with problem = the agent cannot run
// it.
bool spec_make(const Grpc__CreateContainerRequest *request, struct spec_made *made, struct problem *problem);
void spec_free(struct spec_made *made);

// Returns config.json for what spec_make has made. The caller frees it. NULL with problem = a string is not UTF-8.
char *spec_config(const Grpc__Spec *spec, struct problem *problem);

// Returns the same with HOME, or NULL if crun sets it or finds it (home.h). Called when the root is mounted.
char *spec_config_with_home(const Grpc__Spec *spec, struct problem *problem);

// Returns a process as JSON for crun, to be executed beside another one (0 = beside none). The caller frees it. NULL with
// problem = the agent cannot run it.
char *spec_process(const Grpc__Process *process, pid_t beside, size_t *length, struct problem *problem);

#endif
