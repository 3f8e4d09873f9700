#ifndef VMFACTORY_PLACES_H
#define VMFACTORY_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "../problem.h"
#include "kata/oci.pb-c.h"

// The mounts of a container's spec, as fit_mounts made them, before crun mounts them.

// Returns whether the mount's options say that it shows a file or directory of the guest again.
bool place_has_bind(const Grpc__Mount *mount);

// Refuses, by its path in the spec, a mount whose source does not exist or whose file system the kernel does not
// have. False with problem. All storages must be mounted.
bool places_check(const Grpc__Spec *spec, struct problem *problem);

// Makes the places where the spec mounts something, in the root, and /dev, where crun makes devices. crun would make directories with the sticky bit, and
// with a user namespace it has no right to: the root belongs to a user that the namespace does not have. Leaves to
// crun what it cannot make.
void places_make(const Grpc__Spec *spec);

// Returns the index of the mount that a message of crun is about; n_mounts = none.
size_t places_blamed(const Grpc__Spec *spec, const char *message);

#endif
