#ifndef VMFACTORY_STORAGE_H
#define VMFACTORY_STORAGE_H

#include <stddef.h>

#include "kata/agent.pb-c.h"
#include "../status.h"

// Mounts Kata's storages: what a sandbox or a container needs before it runs. guest/README.md lists the
// drivers and options. The event loop never waits for a device or a mount.

// The storages that one request has mounted. Equal storages of several requests are mounted once, and
// unmounted when the last of these requests unmounts.
struct mounts;

// Called once, with STATUS_OK and the mounts (NULL = the request has no storages), or with the reason for
// the failure. The reason names the storage, its path and the text of errno; it is valid during the call.
// Nothing remains mounted of a request that failed.
typedef void storages_done(
    struct mounts *mounts, enum status code, const char *error, void *context);

// Mounts all storages, in order. Copies the messages. May call done at once.
void storages_mount(size_t n, Grpc__Storage **all, storages_done *done, void *context);

// Called once, with NULL or the reason why a storage is still mounted, valid during the call.
typedef void storages_gone(const char *error, void *context);

// Unmounts, in reverse order, the storages that no other request shares. Writes the data of writable
// drives out before it calls gone. Frees the mounts in any case. NULL = nothing was mounted.
void storages_unmount(struct mounts *mounts, storages_gone *gone, void *context);

// Unmounts all storages that are still mounted. For the end of a sandbox, after its containers and its own
// mounts are gone: then only storages with the shared flag remain.
void storages_unmount_rest(storages_gone *gone, void *context);

// Changes the mount options of mounted ephemeral storages. Calls done without mounts. After an error, the
// storages before the one that the error names are changed.
void storages_change(size_t n, Grpc__Storage **all, storages_done *done, void *context);

// The longest wait for a drive that does not exist yet.
#define STORAGE_WAIT_MS 10000
void storages_wait_at_most(unsigned milliseconds);

#endif
