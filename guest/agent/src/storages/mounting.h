#ifndef VMFACTORY_MOUNTING_H
#define VMFACTORY_MOUNTING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// mount(2) and umount(2) for paths that requests name: see path.h.

#define MOUNT_DATA_SIZE 4096 // a page, the kernel's limit

// Mount options as mount(2) wants them.
struct mount_options {
    unsigned long flags;
    char data[MOUNT_DATA_SIZE]; // the file system's own, with commas between them
};

// Adds options, one each, to what is there: "ro", "noexec", "size=64m" ... Returns NULL, or the one
// that cannot be taken.
const char *mount_options_add(struct mount_options *options, size_t n, char *const *each);

// All return 0, or -1 with errno.

// Mounts on a directory, given as a descriptor.
int mount_on(
    int directory, const char *type, const char *source, const struct mount_options *options);

// Changes the options of what is mounted at a path.
int mount_change(const char *path, const struct mount_options *options);

// Writes out what is mounted at a path and unmounts it, also when it could not be written.
int mount_remove(const char *path, bool *written);

// Gives a tree to a group: every entry its group, directories pass it on; the group may read and
// write, and enter directories.
int mount_give_to_group(const char *path, gid_t group);

#endif
