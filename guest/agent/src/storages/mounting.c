#include "mounting.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../path.h"

#define FD_PATH "/proc/self/fd/%d"
#define FD_PATH_SIZE 32

// Options that are flags of mount(2). All others are options of the file system.
static const struct {
    const char *name;
    unsigned long set, clear;
} flags[] = {
    {"defaults", 0, 0},
    {"ro", MS_RDONLY, 0},
    {"rw", 0, MS_RDONLY},
    {"nosuid", MS_NOSUID, 0},
    {"suid", 0, MS_NOSUID},
    {"nodev", MS_NODEV, 0},
    {"dev", 0, MS_NODEV},
    {"noexec", MS_NOEXEC, 0},
    {"exec", 0, MS_NOEXEC},
    {"sync", MS_SYNCHRONOUS, 0},
    {"async", 0, MS_SYNCHRONOUS},
    {"dirsync", MS_DIRSYNC, 0},
    {"noatime", MS_NOATIME, MS_RELATIME | MS_STRICTATIME},
    {"atime", 0, MS_NOATIME},
    {"relatime", MS_RELATIME, MS_NOATIME | MS_STRICTATIME},
    {"norelatime", 0, MS_RELATIME},
    {"strictatime", MS_STRICTATIME, MS_NOATIME | MS_RELATIME},
    {"nodiratime", MS_NODIRATIME, 0},
    {"diratime", 0, MS_NODIRATIME},
    {"lazytime", MS_LAZYTIME, 0},
    {"nolazytime", 0, MS_LAZYTIME},
};

// Other flags of mount(2). They make no sense for a storage.
static const char *const refused[] = {
    "bind", "rbind", "remount", "move", "shared", "rshared", "private",
    "rprivate", "slave", "rslave", "unbindable", "runbindable",
};

static bool is_refused(const char *option) {
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (strcmp(option, refused[i]) == 0) return true;
    }
    return *option == '\0' || strchr(option, ',') != NULL;
}

static bool add_flag(struct mount_options *options, const char *option) {
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (strcmp(option, flags[i].name) != 0) continue;
        options->flags = (options->flags & ~flags[i].clear) | flags[i].set;
        return true;
    }
    return false;
}

static bool add_data(struct mount_options *options, const char *option) {
    size_t length = strlen(options->data), room = sizeof options->data - length;
    int written = snprintf(
        options->data + length, room, "%s%s", length > 0 ? "," : "", option);
    return (size_t)written < room;
}

const char *mount_options_add(struct mount_options *options, size_t n, char *const *each) {
    for (size_t i = 0; i < n; i++) {
        if (is_refused(each[i])) return each[i];
        if (!add_flag(options, each[i]) && !add_data(options, each[i])) return each[i];
    }
    return NULL;
}

int mount_on(
    int directory, const char *type, const char *source, const struct mount_options *options) {
    char target[FD_PATH_SIZE];
    snprintf(target, sizeof target, FD_PATH, directory);
    return mount(source, target, type, options->flags, options->data);
}

int mount_change(const char *path, const struct mount_options *options) {
    int fd = path_open(path, O_PATH | O_DIRECTORY);
    if (fd < 0) return -1;
    char target[FD_PATH_SIZE];
    snprintf(target, sizeof target, FD_PATH, fd);
    int changed = mount(NULL, target, NULL, MS_REMOUNT | options->flags, options->data);
    int error = errno;
    close(fd);
    errno = error;
    return changed;
}

// Unmounting writes out too, but not while the file system is also mounted in another namespace.
static bool write_out(const char *path) {
    int fd = path_open(path, O_RDONLY | O_DIRECTORY);
    bool written = fd >= 0 && syncfs(fd) == 0;
    if (fd >= 0) close(fd);
    return written;
}

int mount_remove(const char *path, bool *written) {
    const char *name;
    char target[FD_PATH_SIZE + NAME_MAX + 1];
    *written = write_out(path);
    int parent = path_open_parent(path, &name);
    if (parent < 0) return -1;
    snprintf(target, sizeof target, FD_PATH "/%s", parent, name);
    int removed = umount2(target, UMOUNT_NOFOLLOW);
    int error = errno;
    close(parent);
    errno = error;
    return removed;
}

static int give_entry(const FTSENT *entry, gid_t group) {
    if (entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR) {
        errno = entry->fts_errno;
        return -1;
    }
    if (entry->fts_info == FTS_DP) return 0;
    if (lchown(entry->fts_path, (uid_t)-1, group) < 0) return -1;
    mode_t mode = entry->fts_statp->st_mode;
    if (S_ISLNK(mode)) return 0;
    mode_t more = S_ISDIR(mode) ? S_ISGID | S_IRWXG : S_IRGRP | S_IWGRP;
    return chmod(entry->fts_path, (mode & 07777) | more);
}

int mount_give_to_group(const char *path, gid_t group) {
    char *const paths[] = {(char *)path, NULL};
    FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
    if (tree == NULL) return -1;
    FTSENT *entry;
    int failed = 0;
    errno = 0;
    while (failed == 0 && (entry = fts_read(tree)) != NULL) failed = give_entry(entry, group);
    int error = errno;
    fts_close(tree);
    errno = error;
    return failed != 0 || error != 0 ? -1 : 0;
}
