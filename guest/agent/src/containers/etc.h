#ifndef VMFACTORY_ETC_H
#define VMFACTORY_ETC_H

#include <stdbool.h>

#include "kata/agent.pb-c.h"

// The files that every container gets. Those below /etc, which every container engine makes (hosts, hostname and
// resolv.conf), lie in the container's folder. The generation (generation.h) is one file of the guest, always
// read-only. Each is mounted by itself.

#define ETC_MOST 3

struct etc {
    Grpc__Mount mounts[ETC_MOST + 1];
    char sources[ETC_MOST][256];
    Grpc__Mount **all; // the mounts of the spec, then these
};

// Adds the mounts to the spec of a request. Leaves out a file that the spec mounts itself, resolv.conf if the
// sandbox has no DNS lines, and all files if the root is mounted from a read-only storage: there is no place
// to mount them at then. Leaves the generation out if the spec mounts something at /run/vmfactory, or something that
// is no tmpfs above it; a tmpfs above it is a place also if the root is read-only. The spec points into *etc, which
// etc_free frees.
void etc_add(struct etc *etc, Grpc__Spec *spec, const Grpc__CreateContainerRequest *request);
void etc_free(struct etc *etc);

// Returns whether a mount of the spec lies at the path or at a folder above it.
bool etc_is_covered(const Grpc__Spec *spec, const char *path);

// Writes the files into the container's folder, which exists. False with errno on failure.
bool etc_write(const char *folder, const char *hostname);

#endif
