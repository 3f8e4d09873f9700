#include "rootfs.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

// What mount(2) takes.
#define OPTIONS_MOST 4095

// More than containerd stacks.
#define MOUNTS_MOST 64

static const struct {
    const char *name;
    unsigned long flag;
} flags[] = {
    {"ro", MS_RDONLY},     {"rw", 0},           {"bind", MS_BIND},         {"rbind", MS_BIND | MS_REC},
    {"nosuid", MS_NOSUID}, {"nodev", MS_NODEV}, {"noexec", MS_NOEXEC},     {"noatime", MS_NOATIME},
    {"suid", 0},           {"dev", 0},          {"relatime", MS_RELATIME}, {"exec", 0},
};

struct wanted {
    char *type, *source;
    unsigned long flags;
    struct bytes data; // the options of the file system
};

static bool is_flag(struct wanted *wanted, const char *option) {
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (strcmp(option, flags[i].name) == 0) {
            wanted->flags |= flags[i].flag;
            return true;
        }
    }
    return false;
}

static void take_option(struct wanted *wanted, const struct field *field) {
    char *option = text_of(field->bytes, field->length);
    if (!is_flag(wanted, option)) {
        if (wanted->data.length > 0) bytes_text(&wanted->data, ",");
        bytes_text(&wanted->data, option);
    }
    free(option);
}

static struct wanted read_mount(const struct field *mount) {
    struct wanted wanted = {0};
    struct reader reader = reader_of(mount->bytes, mount->length);
    struct field field;
    while (next_field(&reader, &field)) {
        if (field.number == 1 && wanted.type == NULL) wanted.type = text_of(field.bytes, field.length);
        if (field.number == 2 && wanted.source == NULL) wanted.source = text_of(field.bytes, field.length);
        if (field.number == 4) take_option(&wanted, &field);
    }
    if (wanted.type == NULL) wanted.type = text_of(NULL, 0);
    if (wanted.source == NULL) wanted.source = text_of(NULL, 0);
    bytes_add(&wanted.data, "", 1);
    return wanted;
}

// Returns the reason if a mount cannot be made; NULL = it can.
static const char *problem(const struct wanted *wanted) {
    if (strcmp(wanted->type, "overlay") != 0 && strcmp(wanted->type, "bind") != 0) {
        return "only overlay and bind can be made into the image of a VM; use the snapshotter overlayfs or native";
    }
    if (wanted->data.length > OPTIONS_MOST) return "the paths of the layers have more than 4095 characters together";
    return NULL;
}

static bool mounted(const struct wanted *wanted, const char *target) {
    bool bind = strcmp(wanted->type, "bind") == 0;
    unsigned long how = wanted->flags | (bind ? MS_BIND : 0);
    if (mount(wanted->source, target, wanted->type, how, (const char *)wanted->data.at) < 0) return false;
    return !bind || (how & MS_RDONLY) == 0 || mount(NULL, target, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == 0;
}

static bool target_of(const char *bundle, char target[PATH_MAX]) {
    return snprintf(target, PATH_MAX, "%s/rootfs", bundle) < PATH_MAX;
}

bool rootfs_mount(const char *bundle, const struct field *mount, unsigned number, struct bytes *why) {
    char target[PATH_MAX];
    struct wanted wanted = read_mount(mount);
    const char *reason = problem(&wanted);
    if (reason == NULL && (!target_of(bundle, target) || !mounted(&wanted, target))) reason = strerror(errno);
    if (reason != NULL) bytes_format(why, "rootfs[%u]: %s: %s", number, wanted.type, reason);
    free(wanted.type);
    free(wanted.source);
    free(wanted.data.at);
    return reason == NULL;
}

void rootfs_unmount(const char *bundle) {
    char target[PATH_MAX];
    if (!target_of(bundle, target)) return;
    for (int i = 0; i < MOUNTS_MOST && umount2(target, MNT_DETACH | UMOUNT_NOFOLLOW) == 0; i++) continue;
}
