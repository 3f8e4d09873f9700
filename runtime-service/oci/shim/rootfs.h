#ifndef VMFACTORY_SHIM_ROOTFS_H
#define VMFACTORY_SHIM_ROOTFS_H

#include <stdbool.h>

#include "bytes.h"
#include "message.h"

// The root file system that containerd hands over: mounts, which are made at "rootfs" in the bundle while the runtime
// service makes an image of them.

// Mounts a containerd.types.Mount on the rootfs of a bundle. Returns false and appends the reason if that fails.
//   number  of the mount in the request, for the reason
bool rootfs_mount(const char *bundle, const struct field *mount, unsigned number, struct bytes *why);

// Removes all mounts from the rootfs of a bundle.
void rootfs_unmount(const char *bundle);

#endif
