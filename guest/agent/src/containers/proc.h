#ifndef VMFACTORY_PROC_H
#define VMFACTORY_PROC_H

#include "../call.h"

// Answers a ListProcessesResponse: the processes of a control group, sorted by pid.
void proc_reply(struct call *call, const char *group);

#endif
