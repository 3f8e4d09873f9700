#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TOP "/run"
#define OWN TOP "/vmfactory"
#define CRUN TOP "/crun"
#define DESCRIPTORS 16 // that nftw may hold open

static bool is_below(const char *path, const char *directory) {
    size_t length = strlen(directory);
    return strncmp(path, directory, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static bool is_canonical(const char *path) {
    while (*path == '/') {
        size_t length = strcspn(++path, "/");
        if (length == 0 || (length <= 2 && strspn(path, ".") >= length)) return false;
        path += length;
    }
    return *path == '\0';
}

bool path_allowed(const char *path) {
    return strncmp(path, TOP "/", strlen(TOP "/")) == 0 && strlen(path) < PATH_MAX
        && is_canonical(path) && !is_below(path, OWN) && !is_below(path, CRUN);
}

static int open_at(int directory, const char *path, int flags) {
    struct open_how how = {
        .flags = (unsigned)flags | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS};
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

int path_open(const char *path, int flags) { return open_at(AT_FDCWD, path, flags); }

int path_open_parent(const char *path, const char **name) {
    char parent[PATH_MAX];
    *name = strrchr(path, '/') + 1;
    snprintf(parent, sizeof parent, "%.*s", (int)(*name - 1 - path), path);
    return path_open(parent, O_PATH | O_DIRECTORY);
}

static int enter(int directory, const char *name, mode_t mode, bool *made) {
    int fd = open_at(directory, name, O_PATH | O_DIRECTORY);
    *made = fd < 0 && errno == ENOENT && mkdirat(directory, name, 0700) == 0
        && fchmodat(directory, name, mode, 0) == 0; // mkdirat applies the umask
    return *made ? open_at(directory, name, O_PATH | O_DIRECTORY) : fd;
}

int path_make(const char *path, mode_t mode, size_t *kept) {
    char name[NAME_MAX + 1];
    size_t at = strlen(TOP);
    bool made = false;
    int fd = path_open(TOP, O_PATH | O_DIRECTORY);
    *kept = at;
    while (fd >= 0 && path[at] != '\0') {
        size_t length = strcspn(path + at + 1, "/");
        if (length > NAME_MAX) {
            close(fd);
            errno = ENAMETOOLONG;
            return -1;
        }
        snprintf(name, sizeof name, "%.*s", (int)length, path + at + 1);
        int parent = fd;
        fd = enter(parent, name, mode, &made);
        int error = errno;
        close(parent);
        errno = error;
        at += 1 + length;
        if (fd >= 0 && !made) *kept = at;
    }
    return fd;
}

void path_unmake(const char *path, size_t kept) {
    char rest[PATH_MAX];
    snprintf(rest, sizeof rest, "%s", path);
    while (strlen(rest) > kept) {
        const char *name;
        int parent = path_open_parent(rest, &name);
        int removed = parent < 0 ? -1 : unlinkat(parent, name, AT_REMOVEDIR);
        bool gone = removed == 0 || errno == ENOENT;
        if (parent >= 0) close(parent);
        if (!gone) return;
        *strrchr(rest, '/') = '\0';
    }
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at) {
    (void)st, (void)type, (void)at;
    return remove(path);
}

int path_remove_tree(const char *path) {
    int failed = nftw(path, remove_entry, DESCRIPTORS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    return failed != 0 && errno != ENOENT ? -1 : 0;
}
