#ifndef VMFACTORY_PROC_H
#define VMFACTORY_PROC_H

#include <stdbool.h>
#include <sys/types.h>

#include "../call.h"

// Answers a ListProcessesResponse: the processes of a control group, sorted by pid.
void proc_reply(struct call *call, const char *group);

// Returns the guest's number of a user in the user namespace of a process; the same number if the namespace
// does not map the user.
uid_t proc_user(pid_t pid, uid_t user);

// Returns whether a process sees a proc file system at /proc.
bool proc_is_mounted(pid_t pid);

#endif
