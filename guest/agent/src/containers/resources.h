#ifndef VMFACTORY_RESOURCES_H
#define VMFACTORY_RESOURCES_H

#include <stdbool.h>

#include "../problem.h"
#include "kata/oci.pb-c.h"

// Fits linux.resources, which may have been written for a host, to this guest.

struct resources {
    Grpc__LinuxResources all;
    Grpc__LinuxMemory memory;
    Grpc__LinuxCPU cpu;
};

// Makes a copy, which points into *fit and into the original, without what says nothing here: limits of 0, the
// value that the kernel has anyhow, and sets of CPUs or memory nodes that the guest does not have. They are the
// host's, and the VM is what is bound to them. False with problem = the guest cannot do what it asks for.
bool resources_fit(struct resources *fit, const Grpc__LinuxResources *asked, struct problem *problem);

#endif
