#ifndef VMFACTORY_DRIVER_H
#define VMFACTORY_DRIVER_H

#include <stdbool.h>
#include <stddef.h>

#include "device.h"
#include "kata/agent.pb-c.h"
#include "../problem.h"

// One storage: what its driver takes and does. All but driver_check may take long.

// A directory that was made for a storage.
struct folder {
    char *path;
    size_t kept; // length of the part of the path that was there before
    struct folder *next; // the one made before
};

// What has been done for a storage.
struct attached {
    bool mounted;
    unsigned long flags; // of mount(2)
    struct folder *folders; // the last one first
};

// Whether every field can be done justice to.
bool driver_check(const Grpc__Storage *storage, struct problem *problem);

// The drive of a blk storage.
struct drive {
    char node[DEVICE_NODE_SIZE];
    bool alone; // no other storage is on it
};

// Does the storage. False = nothing is left of it. drive = NULL when it is not of blk.
bool driver_attach(
    const Grpc__Storage *storage, const struct drive *drive, struct attached *attached,
    struct problem *problem);

// Unmounts it, and removes what was made for it: empty directories and the trees of local storages;
// all trees when it is to be as if it had never been (undo). False = problem says what is amiss; nothing
// was done if attached->mounted is still true.
bool driver_detach(
    const Grpc__Storage *storage, const struct drive *drive, struct attached *attached, bool undo,
    struct problem *problem);

// Changes mount options of an ephemeral storage to those of another message.
bool driver_change(
    const Grpc__Storage *wanted, struct attached *attached, struct problem *problem);

#endif
