#ifndef VMFACTORY_SHIM_STARTING_H
#define VMFACTORY_SHIM_STARTING_H

#include "clients.h"
#include "process.h"

// Start of the first process of a container: the network that the engine has made is connected, then it begins.
void starting_begin(struct caller caller, struct process *process);

#endif
