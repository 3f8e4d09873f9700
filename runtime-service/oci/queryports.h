#ifndef VMFACTORY_QUERYPORTS_H
#define VMFACTORY_QUERYPORTS_H

#include <stdbool.h>

// A nameserver in a network namespace whose frames go to a VM asks other servers from there, with the container's
// address. So that their answers reach it and not the VM, it asks from ports that the guest's kernel does not choose:
// the kernel has 32768 to 60999.

#define QUERY_PORTS_FIRST 0xff00 // 65280
#define QUERY_PORTS_MASK 0xff00

// Reserves them for queries in the network namespace of this process. Returns false with errno.
bool query_ports_reserve(void);

// Returns whether that was done.
bool query_ports_reserved(void);

#endif
