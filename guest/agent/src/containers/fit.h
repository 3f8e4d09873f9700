#ifndef VMFACTORY_FIT_H
#define VMFACTORY_FIT_H

#include "kata/oci.pb-c.h"

// Fits the mounts of a spec to crun and to this guest.

struct fit {
    Grpc__Mount *mounts; // as many as the spec has; some are in use
    char ***options;
    size_t n;
    Grpc__Mount **all;
};

// Adds the option "bind" to a bind mount that has only the type, which crun takes for a file system's. A container
// with a user namespace of its own may not mount file systems of namespaces that belong to the sandbox, sysfs
// (network) and mqueue (IPC): it gets the guest's, which show the same, as bind mounts. The spec then points into
// *fit, which fit_free frees.
void fit_mounts(struct fit *fit, Grpc__Spec *spec);
void fit_free(struct fit *fit);

#endif
