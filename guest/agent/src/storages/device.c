#include "device.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../file.h"

#define ROOT_BUS "0000:00"
#define SLOT_MAX 0x1fu
#define DRIVE "/dev/vd"

// Removes one "SS" or "SS.F" from the start of the path. False = the path does not start with one.
static bool next_slot(const char **path, unsigned *slot, unsigned *function) {
    const char *rest = *path;
    *function = 0;
    if (!isxdigit((unsigned char)rest[0]) || !isxdigit((unsigned char)rest[1])) return false;
    sscanf(rest, "%2x", slot);
    rest += 2;
    if (rest[0] == '.') {
        if (rest[1] < '0' || rest[1] > '7') return false;
        *function = (unsigned)(rest[1] - '0');
        rest += 2;
    }
    if (*rest != '\0' && (*rest != '/' || rest[1] == '\0')) return false;
    *path = *rest == '/' ? rest + 1 : rest;
    return *slot <= SLOT_MAX;
}

static bool is_pci_path(const char *path) {
    unsigned slot, function;
    do {
        if (!next_slot(&path, &slot, &function)) return false;
    } while (*path != '\0');
    return true;
}

static bool is_drive(const char *source) {
    if (strncmp(source, DRIVE, strlen(DRIVE)) != 0) return false;
    const char *letters = source + strlen(DRIVE);
    size_t length = strspn(letters, "abcdefghijklmnopqrstuvwxyz");
    return length >= 1 && length <= 3 && letters[length] == '\0';
}

bool device_is_name(const char *source) { return is_drive(source) || is_pci_path(source); }

// The one entry of a directory that has a prefix (or the one entry, if the prefix is empty).
struct entry {
    const char *prefix;
    char name[32];
};

static void match(const char *name, void *context) {
    struct entry *entry = context;
    if (strncmp(name, entry->prefix, strlen(entry->prefix)) != 0) return;
    snprintf(entry->name, sizeof entry->name, "%s", name);
}

// Appends the entry with this prefix to the path. False = the directory has none.
static bool descend(char *path, size_t size, const char *prefix) {
    struct entry entry = {.prefix = prefix};
    if (!file_list(path, match, &entry) || *entry.name == '\0') return false;
    size_t length = strlen(path);
    return (size_t)snprintf(path + length, size - length, "/%s", entry.name) < size - length;
}

static bool find_by_pci_path(const char *slots, char *node) {
    char path[512] = "/sys/devices/pci" ROOT_BUS, bus[32] = ROOT_BUS;
    unsigned slot, function;
    while (*slots != '\0' && next_slot(&slots, &slot, &function)) {
        size_t length = strlen(path);
        snprintf(path + length, sizeof path - length, "/%s:%02x.%u", bus, slot, function);
        if (*slots == '\0') break;
        char buses[sizeof path + 16];
        snprintf(buses, sizeof buses, "%s/pci_bus", path);
        if (!descend(buses, sizeof buses, "")) return false;
        snprintf(bus, sizeof bus, "%s", strrchr(buses, '/') + 1);
    }
    if (!descend(path, sizeof path, "virtio") || !descend(path, sizeof path, "block")
        || !descend(path, sizeof path, "")) {
        return false;
    }
    snprintf(node, DEVICE_NODE_SIZE, "/dev/%.32s", strrchr(path, '/') + 1);
    return true;
}

// The kernel makes the node of a plugged drive before the drive can be opened, and reports the drive afterwards.
static bool is_ready(const char *node) {
    int fd = file_open(node, O_RDONLY | O_NONBLOCK);
    if (fd < 0) return errno != ENOENT && errno != ENXIO && errno != ENODEV;
    close(fd);
    return true;
}

bool device_find(const char *source, char node[DEVICE_NODE_SIZE]) {
    if (is_drive(source)) {
        snprintf(node, DEVICE_NODE_SIZE, "%s", source);
    } else if (!find_by_pci_path(source, node)) {
        return false;
    }
    return is_ready(node);
}
