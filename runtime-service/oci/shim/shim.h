#ifndef VMFACTORY_SHIM_SHIM_H
#define VMFACTORY_SHIM_SHIM_H

#include <stdbool.h>

// containerd's shim, protocol version 2: containerd-shim-NAME-v2 FLAGS start|delete

// Returns whether the program was called by the name of a shim.
bool shim_is_meant(const char *program);

// Runs a verb of the shim, and returns the exit code.
int shim_run(char **words);

#endif
