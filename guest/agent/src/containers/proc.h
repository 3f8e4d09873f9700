#ifndef VMFACTORY_PROC_H
#define VMFACTORY_PROC_H

#include "../call.h"

// Answers a ListProcessesResponse: the processes in a control group, by pid.
void proc_reply(struct call *call, const char *group);

#endif
