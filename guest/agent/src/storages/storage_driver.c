#include "storage_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../file.h"
#include "../need.h"
#include "../path.h"
#include "../sandbox/sandbox.h"
#include "mounting.h"

#define CREATE_DIRECTORY "io.katacontainers.volume.overlayfs.create_directory="
#define OVERLAY_RW "io.katacontainers.fs-opt.overlay-rw"
#define FSGID "fsgid="
#define FOLDER_MODE 0755

struct driver {
    const char *name;
    const char *const *types; // supported file systems; ends with NULL
    bool (*check)(const Grpc__Storage *storage, struct problem *problem);
    bool (*attach)(
        const Grpc__Storage *storage, const struct drive *drive, struct attached *attached,
        struct problem *problem);
};

static bool wrong(struct problem *problem, const char *what, const char *value) {
    return problem_set(problem, STATUS_INVALID_ARGUMENT, "%s \"%.200s\" is not supported", what, value);
}

static const char *after(const char *text, const char *prefix) {
    size_t length = strlen(prefix);
    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

static void add_folder(struct attached *attached, const char *path, size_t kept) {
    struct folder *folder = need(malloc(sizeof *folder));
    *folder = (struct folder){
        .path = need(strdup(path)), .kept = kept, .next = attached->folders};
    attached->folders = folder;
}

// Opens a directory as O_PATH and makes it if it is missing. Returns -1 with problem on failure.
static int make_folder(
    const char *path, mode_t mode, struct attached *attached, struct problem *problem) {
    size_t kept;
    int fd = path_make(path, mode, &kept);
    if (fd < 0) {
        problem_set(
            problem, errno == ELOOP ? STATUS_INVALID_ARGUMENT : STATUS_INTERNAL,
            "cannot make %.200s: %m", path);
        path_unmake(path, kept);
    } else {
        add_folder(attached, path, kept);
    }
    return fd;
}

static bool mount_storage(
    const Grpc__Storage *storage, const char *type, const char *source,
    const struct mount_options *options, struct attached *attached, struct problem *problem) {
    int directory = make_folder(storage->mount_point, FOLDER_MODE, attached, problem);
    if (directory < 0) return false;
    attached->mounted = mount_on(directory, type, source, options) == 0;
    attached->flags = options->flags;
    if (!attached->mounted) {
        // The kernel's errno for a wrong file system and for wrong options.
        const char *hint = errno == EINVAL
            ? " (is this the right file system, and does it have these options?)" : "";
        problem_set(
            problem, errno == EINVAL ? STATUS_INVALID_ARGUMENT : STATUS_INTERNAL,
            "cannot mount %s as %s: %m%s", source, type, hint);
    }
    close(directory);
    return attached->mounted;
}

// blk

// Drops what the kernel has cached of the drive: it may come from a former image in the same slot. Fails if
// a file system still holds the drive. The mount would otherwise show that old file system in place of the
// one on the drive now.
static bool refresh(const struct drive *drive, struct problem *problem) {
    struct stat st;
    int exclusive = drive->alone ? O_EXCL : 0;
    int fd = file_open(drive->node, O_RDONLY | O_NONBLOCK | exclusive);
    bool is_block = fd >= 0 && fstat(fd, &st) == 0 && S_ISBLK(st.st_mode);
    bool fresh = is_block && ioctl(fd, BLKFLSBUF, 0) == 0;
    if (fd < 0 && errno == EBUSY) {
        problem_set(
            problem, STATUS_FAILED_PRECONDITION,
            "%s is still in use by an earlier mount", drive->node);
    } else if (fd < 0 || (is_block && !fresh)) {
        problem_set(problem, STATUS_INTERNAL, "cannot prepare drive %s: %m", drive->node);
    } else if (!is_block) {
        problem_set(problem, STATUS_INVALID_ARGUMENT, "%s is no block device", drive->node);
    }
    if (fd >= 0) close(fd);
    return fresh;
}

static bool check_blk(const Grpc__Storage *storage, struct problem *problem) {
    for (size_t i = 0; i < storage->n_driver_options; i++) {
        return wrong(problem, "driver option", storage->driver_options[i]);
    }
    return device_is_name(storage->source) || wrong(problem, "source", storage->source);
}

static bool attach_blk(
    const Grpc__Storage *storage, const struct drive *drive, struct attached *attached,
    struct problem *problem) {
    struct mount_options options = {0};
    mount_options_add(&options, storage->n_options, storage->options);
    return refresh(drive, problem)
        && mount_storage(storage, storage->fstype, drive->node, &options, attached, problem);
}

// ephemeral

static bool check_ephemeral(const Grpc__Storage *storage, struct problem *problem) {
    for (size_t i = 0; i < storage->n_driver_options; i++) {
        const char *option = storage->driver_options[i];
        if (after(option, FSGID) == NULL) return wrong(problem, "driver option", option);
    }
    return true;
}

static bool attach_ephemeral(
    const Grpc__Storage *storage, const struct drive *drive, struct attached *attached,
    struct problem *problem) {
    (void)drive;
    struct mount_options options = {0};
    mount_options_add(&options, storage->n_options, storage->options);
    return mount_storage(storage, "tmpfs", "tmpfs", &options, attached, problem);
}

// local

static bool parse_number(const char *text, int base, unsigned long max, unsigned long *number) {
    char *end;
    if (text == NULL || *text < '0' || *text > '9') return false;
    errno = 0;
    *number = strtoul(text, &end, base);
    return errno == 0 && *end == '\0' && *number <= max;
}

static bool check_local(const Grpc__Storage *storage, struct problem *problem) {
    unsigned long mode;
    for (size_t i = 0; i < storage->n_options; i++) {
        const char *option = storage->options[i];
        if (!parse_number(after(option, "mode="), 8, 07777, &mode)) {
            return wrong(problem, "option", option);
        }
    }
    return check_ephemeral(storage, problem);
}

static bool attach_local(
    const Grpc__Storage *storage, const struct drive *drive, struct attached *attached,
    struct problem *problem) {
    (void)drive;
    unsigned long mode = FOLDER_MODE;
    for (size_t i = 0; i < storage->n_options; i++) {
        parse_number(after(storage->options[i], "mode="), 8, 07777, &mode);
    }
    int fd = make_folder(storage->mount_point, FOLDER_MODE, attached, problem);
    if (fd < 0) return false;
    char path[32]; // fchmod refuses an O_PATH descriptor
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    bool set = chmod(path, (mode_t)mode) == 0;
    if (!set) problem_set(problem, STATUS_INTERNAL, "cannot set mode %lo: %m", mode);
    close(fd);
    return set;
}

// overlayfs

// Calls visit with each path of "lowerdir=A:B", "upperdir=C", "workdir=D". False = visit returned false.
static bool each_layer(
    const char *option, bool (*visit)(const char *path, struct problem *), struct problem *problem) {
    static const char *const keys[] = {"lowerdir=", "upperdir=", "workdir="};
    const char *paths = NULL;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && paths == NULL; i++) {
        paths = after(option, keys[i]);
    }
    if (paths == NULL) return true;
    char *copy = need(strdup(paths)), *rest = copy, *path;
    bool good = true;
    while (good && (path = strsep(&rest, ":")) != NULL) good = visit(path, problem);
    free(copy);
    return good;
}

static bool layer_is_allowed(const char *path, struct problem *problem) {
    return (path_allowed(path) && strchr(path, '\\') == NULL) || wrong(problem, "directory", path);
}

// Refuses a path with a link: the layer would lie elsewhere than its path says.
static bool layer_is_there(const char *path, struct problem *problem) {
    int fd = path_open(path, O_PATH | O_DIRECTORY);
    if (fd < 0) return problem_set(problem, STATUS_INVALID_ARGUMENT, "cannot open directory %.200s: %m", path);
    close(fd);
    return true;
}

static bool check_overlay(const Grpc__Storage *storage, struct problem *problem) {
    for (size_t i = 0; i < storage->n_driver_options; i++) {
        const char *path = after(storage->driver_options[i], CREATE_DIRECTORY);
        if (path == NULL) return wrong(problem, "driver option", storage->driver_options[i]);
        if (!path_allowed(path)) return wrong(problem, "directory", path);
    }
    for (size_t i = 0; i < storage->n_options; i++) {
        if (!each_layer(storage->options[i], layer_is_allowed, problem)) return false;
    }
    return true;
}

// Makes a directory beside the mount point and adds it as an option:
// "upperdir=/run/kata-containers/c/upper".
static bool add_beside(
    const Grpc__Storage *storage, const char *key, const char *name, struct mount_options *options,
    struct attached *attached, struct problem *problem) {
    char text[PATH_MAX + 32], *option = text;
    int parent = (int)(strrchr(storage->mount_point, '/') - storage->mount_point);
    snprintf(text, sizeof text, "%s=%.*s/%s", key, parent, storage->mount_point, name);
    int fd = make_folder(strchr(text, '=') + 1, FOLDER_MODE, attached, problem);
    if (fd < 0) return false;
    close(fd);
    return mount_options_add(options, 1, &option) == NULL || wrong(problem, "option", option);
}

static bool attach_overlay(
    const Grpc__Storage *storage, const struct drive *drive, struct attached *attached,
    struct problem *problem) {
    (void)drive;
    struct mount_options options = {0};
    for (size_t i = 0; i < storage->n_driver_options; i++) {
        const char *path = after(storage->driver_options[i], CREATE_DIRECTORY);
        int fd = make_folder(path, FOLDER_MODE, attached, problem);
        if (fd < 0) return false;
        close(fd);
    }
    for (size_t i = 0; i < storage->n_options; i++) {
        char *option = storage->options[i];
        if (strcmp(option, OVERLAY_RW) != 0) {
            if (!each_layer(option, layer_is_there, problem)) return false;
            mount_options_add(&options, 1, &option);
        } else if (
            !add_beside(storage, "upperdir", "upper", &options, attached, problem)
            || !add_beside(storage, "workdir", "work", &options, attached, problem)) {
            return false;
        }
    }
    return mount_storage(storage, "overlay", "overlay", &options, attached, problem);
}

// The table of drivers.

static const char *const blk_types[] = {"ext4", "ext3", "ext2", "erofs", NULL};
static const char *const ephemeral_types[] = {"tmpfs", "", NULL};
static const char *const local_types[] = {"local", "", NULL};
static const char *const overlay_types[] = {"overlay", "", NULL};

static const struct driver drivers[] = {
    {"blk", blk_types, check_blk, attach_blk},
    {"ephemeral", ephemeral_types, check_ephemeral, attach_ephemeral},
    {"local", local_types, check_local, attach_local},
    {"overlayfs", overlay_types, check_overlay, attach_overlay},
};

static const struct driver *find_driver(const char *name) {
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++) {
        if (strcmp(drivers[i].name, name) == 0) return &drivers[i];
    }
    return NULL;
}

static bool takes_type(const struct driver *driver, const char *type) {
    for (const char *const *at = driver->types; *at != NULL; at++) {
        if (strcmp(*at, type) == 0) return true;
    }
    return false;
}

static bool has_option(const Grpc__Storage *storage, const char *option) {
    for (size_t i = 0; i < storage->n_options; i++) {
        if (strcmp(storage->options[i], option) == 0) return true;
    }
    return false;
}

// Finds the group that the storage is given to. False = the message names none.
static bool wanted_group(const Grpc__Storage *storage, unsigned long *group) {
    bool wanted = storage->fs_group != NULL;
    if (wanted) *group = storage->fs_group->group_id;
    for (size_t i = 0; i < storage->n_driver_options && !wanted; i++) {
        wanted = parse_number(after(storage->driver_options[i], FSGID), 10, UINT32_MAX - 1, group);
    }
    return wanted;
}

bool driver_check(const Grpc__Storage *storage, struct problem *problem) {
    const struct driver *driver = find_driver(storage->driver);
    struct mount_options options = {0};
    unsigned long group;
    if (driver == NULL) return wrong(problem, "driver", storage->driver);
    if (!path_allowed(storage->mount_point) || strcmp(storage->mount_point, SANDBOX_DIR) == 0) {
        return wrong(problem, "mount point", storage->mount_point);
    }
    if (!takes_type(driver, storage->fstype)) return wrong(problem, "file system", storage->fstype);
    const char *refused = mount_options_add(&options, storage->n_options, storage->options);
    if (refused != NULL) return wrong(problem, "option", refused);
    if (!driver->check(storage, problem)) return false;
    for (size_t i = 0; i < storage->n_driver_options; i++) {
        const char *text = after(storage->driver_options[i], FSGID);
        if (text != NULL && !parse_number(text, 10, UINT32_MAX - 1, &group)) {
            return wrong(problem, "driver option", storage->driver_options[i]);
        }
    }
    if (wanted_group(storage, &group) && has_option(storage, "ro")) {
        return problem_set(
            problem, STATUS_INVALID_ARGUMENT, "fs_group is not possible for a read-only storage");
    }
    return true;
}

static bool has_group(const char *path, gid_t group) {
    struct stat st;
    return stat(path, &st) == 0 && st.st_gid == group
        && (st.st_mode & (S_ISGID | S_IRWXG)) == (S_ISGID | S_IRWXG);
}

static bool give_to_group(const Grpc__Storage *storage, struct problem *problem) {
    unsigned long group;
    if (!wanted_group(storage, &group)) return true;
    bool may_be_right = storage->fs_group != NULL
        && storage->fs_group->group_change_policy == TYPES__FSGROUP_CHANGE_POLICY__OnRootMismatch;
    if (may_be_right && has_group(storage->mount_point, (gid_t)group)) return true;
    if (mount_give_to_group(storage->mount_point, (gid_t)group) == 0) return true;
    return problem_set(problem, STATUS_INTERNAL, "cannot give the storage to group %lu: %m", group);
}

static void forget_folders(struct attached *attached, bool whole_trees) {
    while (attached->folders != NULL) {
        struct folder *folder = attached->folders;
        attached->folders = folder->next;
        bool made = strlen(folder->path) > folder->kept;
        if (made && whole_trees) path_remove_tree(folder->path);
        path_unmake(folder->path, folder->kept);
        free(folder->path);
        free(folder);
    }
}

bool driver_attach(
    const Grpc__Storage *storage, const struct drive *drive, struct attached *attached,
    struct problem *problem) {
    *attached = (struct attached){0};
    if (find_driver(storage->driver)->attach(storage, drive, attached, problem)
        && give_to_group(storage, problem)) {
        return true;
    }
    struct problem further;
    driver_detach(storage, NULL, attached, true, &further);
    return false;
}

bool driver_detach(
    const Grpc__Storage *storage, const struct drive *drive, struct attached *attached, bool undo,
    struct problem *problem) {
    bool written = true;
    if (attached->mounted && mount_remove(storage->mount_point, &written) < 0) {
        return problem_set(problem, STATUS_INTERNAL, "cannot unmount: %m");
    }
    attached->mounted = false;
    forget_folders(attached, undo || strcmp(storage->driver, "local") == 0);
    if (!written) return problem_set(problem, STATUS_INTERNAL, "not all data was written to it");
    return drive == NULL || refresh(drive, problem);
}

bool driver_change(
    const Grpc__Storage *wanted, struct attached *attached, struct problem *problem) {
    struct mount_options options = {.flags = attached->flags};
    const char *refused = mount_options_add(&options, wanted->n_options, wanted->options);
    if (refused != NULL) return wrong(problem, "option", refused);
    if (mount_change(wanted->mount_point, &options) < 0) {
        return problem_set(
            problem, errno == EINVAL ? STATUS_INVALID_ARGUMENT : STATUS_INTERNAL,
            "cannot change its options: %m");
    }
    attached->flags = options.flags;
    return true;
}
