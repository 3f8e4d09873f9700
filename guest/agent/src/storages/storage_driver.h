#ifndef VMFACTORY_DRIVER_H
#define VMFACTORY_DRIVER_H

#include <stdbool.h>
#include <stddef.h>

#include "device.h"
#include "kata/agent.pb-c.h"
#include "../problem.h"

// Mounts and unmounts one storage, by the kind of storage that its "driver" field names: blk, ephemeral,
// local, overlayfs. All functions except driver_check may take long.

// A directory that was made for a storage.
struct folder {
    char *path;
    size_t kept; // length of the part of the path that existed before
    struct folder *next; // the one that was made before this one
};

// What a driver has done for a storage.
struct attached {
    bool mounted;
    unsigned long flags; // of mount(2)
    struct folder *folders; // the latest first
};

// Returns whether the driver supports every field. False with problem.
bool driver_check(const Grpc__Storage *storage, struct problem *problem);

// The drive of a blk storage.
struct drive {
    char node[DEVICE_NODE_SIZE];
    bool alone; // no other storage is mounted from it
};

// Mounts the storage. False with problem = nothing remains of it. The drive is NULL unless the driver is
// blk.
bool driver_attach(
    const Grpc__Storage *storage, const struct drive *drive, struct attached *attached,
    struct problem *problem);

// Unmounts the storage and removes what was made for it: empty directories and the trees of local
// storages. With undo it removes all trees, as if the storage had never been mounted. False with problem:
// nothing was done if attached->mounted is still true.
bool driver_detach(
    const Grpc__Storage *storage, const struct drive *drive, struct attached *attached, bool undo,
    struct problem *problem);

// Changes the mount options of an ephemeral storage to those of another message. False with problem.
bool driver_change(
    const Grpc__Storage *wanted, struct attached *attached, struct problem *problem);

#endif
