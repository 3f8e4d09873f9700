#ifndef VMFACTORY_SHIM_CREATION_H
#define VMFACTORY_SHIM_CREATION_H

#include "clients.h"
#include "process.h"

// The calls of containerd that make processes.

// Create: a container, whose first process waits for Start.
void creation_create(struct caller caller, const uint8_t *payload, size_t length);

// Exec: adds a process, which begins with Start.
void creation_add(struct caller caller, const uint8_t *payload, size_t length);

// Start of a process that was added.
void creation_exec(struct caller caller, struct process *process);

#endif
