#ifndef VMFACTORY_MOUNTING_H
#define VMFACTORY_MOUNTING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// Mounts and unmounts at paths that requests name: see path.h.

#define MOUNT_DATA_SIZE 4096 // a page, the kernel's limit

// Mount options in the form of mount(2).
struct mount_options {
    unsigned long flags;
    char data[MOUNT_DATA_SIZE]; // options of the file system itself, separated by commas
};

// Adds options to the present ones: "ro", "noexec", "size=64m" ... Returns NULL, or the first option that
// is refused.
const char *mount_options_add(struct mount_options *options, size_t n, char *const *each);

// All functions below return 0, or -1 with errno.

// Mounts on a directory, which is given as a descriptor.
int mount_on(
    int directory, const char *type, const char *source, const struct mount_options *options);

// Changes the options of the mount at a path.
int mount_change(const char *path, const struct mount_options *options);

// Writes the data of the mount at a path out, then unmounts it, even if not all data was written.
int mount_remove(const char *path, bool *written);

// Gives a tree to a group. Every entry gets the group, and new entries inherit it. The group may read and
// write all entries and enter the directories.
int mount_give_to_group(const char *path, gid_t group);

#endif
