#ifndef VMFACTORY_STORAGE_H
#define VMFACTORY_STORAGE_H

#include <stddef.h>

#include "kata/agent.pb-c.h"
#include "../status.h"

// Kata's storages: what a sandbox or a container wants mounted before it runs. Which drivers and
// options are taken says guest/README.md. Waiting for a device and mounting never hold the loop up.

// What one request has mounted. A storage that is mounted already, asked for again alike, is shared:
// it goes when the last who asked for it lets go.
struct mounts;

// Told once: STATUS_OK and the mounts (NULL = none were asked for), else why not (names storage, path
// and errno text; lives as long as this function runs); nothing is left of a request that failed.
typedef void storages_done(
    struct mounts *mounts, enum status code, const char *error, void *context);

// Mounts all, in order. The messages need not outlive the call. Done may be told at once.
void storages_mount(size_t n, Grpc__Storage **all, storages_done *done, void *context);

// Told once: NULL, or why something is still mounted (lives as long as this function runs).
typedef void storages_gone(const char *error, void *context);

// Unmounts in reverse order what nobody else shares; writable drives are written out before gone is
// told. The mounts are freed either way; NULL = nothing was mounted.
void storages_unmount(struct mounts *mounts, storages_gone *gone, void *context);

// Unmounts all there are, whoever has them; for the end of a sandbox, when its containers and its own
// mounts are gone: what is left are storages that are shared until then.
void storages_unmount_rest(storages_gone *gone, void *context);

// Changes the mount options of ephemeral storages that are mounted; done with no mounts. After an
// error those before the one it names are changed.
void storages_change(size_t n, Grpc__Storage **all, storages_done *done, void *context);

// How long a drive that is not there is waited for.
#define STORAGE_WAIT_MS 10000
void storages_wait_at_most(unsigned milliseconds);

#endif
