#ifndef VMFACTORY_STATS_H
#define VMFACTORY_STATS_H

#include "../call.h"

// Answers a StatsContainerResponse: what a control group uses, and the guest's network, which all
// containers share. What the kernel does not count is 0; so is a limit that is not set.
void stats_reply(struct call *call, const char *group);

#endif
