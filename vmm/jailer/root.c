#include "root.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "failure.h"

#define OPTIONS "size=64k,nr_inodes=512,mode=0755"

// Flags that a mount keeps in a user namespace: the kernel refuses a remount that would drop one.
static unsigned long kept_flags(const char *path) {
    struct statvfs status;
    if (statvfs(path, &status) < 0) fail_errno("cannot inspect %s", path);
    unsigned long flags = 0;
    if (status.f_flag & ST_NODEV) flags |= MS_NODEV;
    if (status.f_flag & ST_NOEXEC) flags |= MS_NOEXEC;
    if (status.f_flag & ST_NOATIME) flags |= MS_NOATIME;
    if (status.f_flag & ST_NODIRATIME) flags |= MS_NODIRATIME;
    if (status.f_flag & ST_RELATIME) flags |= MS_RELATIME;
    return flags;
}

static void place_of(const struct plan *plan, const char *path, char *place, size_t size) {
    if (snprintf(place, size, "%s%s", plan->root, path) >= (int)size) fail("the path %s is too long", path);
}

static void make_parents(const struct plan *plan, char *place) {
    for (char *slash = strchr(place + strlen(plan->root) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(place, 0755) < 0 && errno != EEXIST) fail_errno("cannot make folder %s", place);
        *slash = '/';
    }
}

static void make_mount_point(const char *place, mode_t type) {
    if (S_ISDIR(type)) {
        if (mkdir(place, 0755) < 0 && errno != EEXIST) fail_errno("cannot make folder %s", place);
        return;
    }
    if (mknod(place, S_IFREG | 0444, 0) < 0) fail_errno("cannot make file %s", place);
}

static bool is_same_file(const char *path, const struct stat *file) {
    struct stat status;
    return stat(path, &status) == 0 && status.st_dev == file->st_dev && status.st_ino == file->st_ino;
}

// A link's target appears at the path of the link.
static void show(const struct plan *plan, const char *path, unsigned long flags) {
    char place[PATH_MAX];
    struct stat status;
    if (stat(path, &status) < 0) {
        if (errno == ENOENT || errno == ENOTDIR) return;
        fail_errno("cannot inspect %s", path);
    }
    place_of(plan, path, place, sizeof place);
    if (is_same_file(place, &status)) return; // it lies in a folder that is shown already
    make_parents(plan, place);
    make_mount_point(place, status.st_mode);
    if (mount(path, place, NULL, MS_BIND, NULL) < 0) fail_errno("cannot mount %s", path);
    flags |= kept_flags(place) | MS_REMOUNT | MS_BIND | MS_NOSUID;
    if (mount(NULL, place, NULL, flags, NULL) < 0) fail_errno("cannot mount %s read-only", path);
}

// QEMU opens its memory through /proc/self/fd. "subset=pid" leaves out everything but processes (Linux 5.8).
static void mount_proc(const struct plan *plan) {
    char place[PATH_MAX];
    unsigned long flags = MS_NOSUID | MS_NOEXEC | MS_NODEV;
    place_of(plan, "/proc", place, sizeof place);
    if (mkdir(place, 0555) < 0) fail_errno("cannot make folder %s", place);
    if (mount("proc", place, "proc", flags, "subset=pid") < 0 && mount("proc", place, "proc", flags, NULL) < 0) {
        fail_errno("cannot mount /proc");
    }
}

static void pivot(const char *root) {
    unsigned long flags = MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (mount(NULL, root, NULL, flags, OPTIONS) < 0) fail_errno("cannot make the root read-only");
    if (chdir(root) < 0) fail_errno("cannot enter %s", root);
    // The old root lies over the new one until it is unmounted.
    if (syscall(SYS_pivot_root, ".", ".") < 0) fail_errno("cannot change the root");
    if (umount2(".", MNT_DETACH) < 0) fail_errno("cannot unmount the old root");
    if (chdir("/") < 0) fail_errno("cannot enter the new root");
}

void root_enter(const struct plan *plan) {
    // The program's user has to pass the folders. systemd starts the daemon with the umask 077.
    mode_t mask = umask(022);
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) fail_errno("cannot make mounts private");
    if (mount("jail", plan->root, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, OPTIONS) < 0) {
        fail_errno("cannot mount a root over %s", plan->root);
    }
    for (size_t i = 0; i < plan->reads.n; i++) show(plan, plan->reads.all[i], MS_RDONLY | MS_NODEV);
    for (size_t i = 0; i < plan->devices.n; i++) show(plan, plan->devices.all[i], MS_NOEXEC);
    mount_proc(plan);
    umask(mask);
    pivot(plan->root);
}
