#ifndef VMFACTORY_STATS_H
#define VMFACTORY_STATS_H

#include "../call.h"

// Answers a StatsContainerResponse: the use of a control group, and the guest's network, which all
// containers share. A figure that the kernel does not count is 0, and so is a limit that is not set.
void stats_reply(struct call *call, const char *group);

#endif
