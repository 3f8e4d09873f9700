#ifndef VMFACTORY_SHIM_TASKS_H
#define VMFACTORY_SHIM_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clients.h"

// containerd.task.v2.Task, the calls that containerd makes. What only the guest can do is passed on to the runtime
// service; everything else is answered here, so that it is answered while no service runs.

void tasks_request(struct caller caller, const char *method, const uint8_t *payload, size_t length);

// Returns whether containerd has ordered the end, and no process is left.
bool tasks_over(void);

#endif
