#ifndef VMFACTORY_TABLE_H
#define VMFACTORY_TABLE_H

#include "../dispatch.h"

// Every service of this agent, for dispatch_offer.
extern const struct service services[];

#endif
