#include "places.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../file.h"
#include "failure.h"

#define FILE_SYSTEMS "/proc/filesystems"

bool place_has_bind(const Grpc__Mount *mount) {
    for (size_t i = 0; i < mount->n_options; i++) {
        if (strcmp(mount->options[i], "bind") == 0 || strcmp(mount->options[i], "rbind") == 0) return true;
    }
    return false;
}

// Each line of the text is "TYPE" or "nodev TYPE", with a tab between them. crun mounts the type "cgroup" as
// the kernel's cgroup2.
static bool has_type(const char *text, const char *type) {
    char line[64];
    int length = snprintf(line, sizeof line, "\t%s\n", strcmp(type, "cgroup") == 0 ? "cgroup2" : type);
    return length >= (int)sizeof line || strstr(text, line) != NULL;
}

static bool check_type(const char *type, size_t index, struct problem *problem) {
    char types[4096];
    if (*type == '\0') {
        return problem_set(problem, STATUS_INVALID_ARGUMENT, "mounts[%zu].type: missing", index);
    }
    ssize_t length = file_read(FILE_SYSTEMS, types, sizeof types - 1);
    if (length < 0) return true;
    strcpy(types + length, "\n");
    return has_type(types, type)
        || problem_set(
            problem, STATUS_INVALID_ARGUMENT, "mounts[%zu].type: the guest's kernel has no file system %.64s",
            index, type);
}

bool places_check(const Grpc__Spec *spec, struct problem *problem) {
    for (size_t i = 0; i < spec->n_mounts; i++) {
        const Grpc__Mount *mount = spec->mounts[i];
        if (!place_has_bind(mount)) {
            if (!check_type(mount->type, i, problem)) return false;
        } else if (access(mount->source, F_OK) < 0) {
            return problem_set(
                problem, STATUS_FAILED_PRECONDITION, "mounts[%zu].source: %.256s: %m", i, mount->source);
        }
    }
    return true;
}

static int open_within(int root, const char *path) {
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
    return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

// The user of the VM that is root in the container.
static uid_t id_of_root(size_t n, Grpc__LinuxIDMapping **mappings) {
    for (size_t i = 0; i < n; i++) {
        if (mappings[i]->containerid == 0) return mappings[i]->hostid;
    }
    return 0;
}

static bool make_one(int root, char *path, char *slash, bool file, const Grpc__Linux *linux_) {
    int fd = open_within(root, path);
    if (fd >= 0) return close(fd) == 0;
    if (errno != ENOENT) return false;
    *slash = '\0';
    int parent = open_within(root, *path == '\0' ? "/" : path);
    *slash = '/';
    if (parent < 0) return false;
    int made = file ? mknodat(parent, slash + 1, S_IFREG | 0644, 0) : mkdirat(parent, slash + 1, 0755);
    bool good = made == 0
        && fchownat(
               parent, slash + 1, id_of_root(linux_->n_uidmappings, linux_->uidmappings),
               id_of_root(linux_->n_gidmappings, linux_->gidmappings), AT_SYMLINK_NOFOLLOW) == 0;
    close(parent);
    return good;
}

// Makes every part of the path that is missing. The last one is a file or a directory.
static void make(int root, const char *destination, bool file, const Grpc__Linux *linux_) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s", destination) >= (int)sizeof path) return;
    char *slash = path;
    while (*slash == '/') {
        char *end = slash + 1 + strcspn(slash + 1, "/");
        char kept = *end;
        *end = '\0';
        if (end > slash + 1 && !make_one(root, path, slash, file && kept == '\0', linux_)) return;
        *end = kept;
        slash = end;
    }
}

static bool is_directory(const Grpc__Mount *mount) {
    struct stat source;
    return !place_has_bind(mount) || stat(mount->source, &source) < 0 || S_ISDIR(source.st_mode);
}

// Returns whether an earlier mount covers the place.
static bool is_covered(const Grpc__Spec *spec, size_t index) {
    const char *path = spec->mounts[index]->destination;
    for (size_t i = 0; i < index; i++) {
        const char *above = spec->mounts[i]->destination;
        size_t length = strlen(above);
        if (strncmp(above, path, length) == 0 && (path[length] == '/' || path[length] == '\0')) return true;
    }
    return false;
}

void places_make(const Grpc__Spec *spec) {
    int root = open(spec->root->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root >= 0) make(root, "/dev", false, spec->linux);
    for (size_t i = 0; i < spec->n_mounts && root >= 0; i++) {
        if (is_covered(spec, i)) continue;
        make(root, spec->mounts[i]->destination, !is_directory(spec->mounts[i]), spec->linux);
    }
    if (root >= 0) close(root);
}

size_t places_blamed(const Grpc__Spec *spec, const char *message) {
    size_t i = spec->n_mounts;
    while (i > 0 && !failure_names(message, spec->mounts[i - 1]->destination)) i--;
    return i == 0 ? spec->n_mounts : i - 1;
}
