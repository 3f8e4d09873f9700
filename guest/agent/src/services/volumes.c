#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../file.h"
#include "../path.h"
#include "../storages/storage.h"
#include "kata/agent.pb-c.h"
#include "kata/csi.pb-c.h"
#include "services.h"

#define PROBE "/sys/devices/system/memory/probe"

static void on_changed(struct mounts *none, enum status code, const char *error, void *context) {
    (void)none;
    struct call *call = context;
    if (error == NULL) {
        call_reply_empty(call);
    } else {
        call_fail(call, code, "UpdateEphemeralMounts: %s", error);
    }
}

void ephemeral_update(struct call *call, const ProtobufCMessage *message) {
    const Grpc__UpdateEphemeralMountsRequest *request = (const void *)message;
    storages_change(request->n_storages, request->storages, on_changed, call);
}

static int stat_volume(const char *path, struct statvfs *volume) {
    int fd = path_open(path, O_PATH);
    if (fd < 0) return -1;
    int done = fstatvfs(fd, volume);
    int error = errno;
    close(fd);
    errno = error;
    return done;
}

static void reply_usage(struct call *call, const struct statvfs *volume) {
    Grpc__VolumeUsage bytes = GRPC__VOLUME_USAGE__INIT, inodes = GRPC__VOLUME_USAGE__INIT;
    bytes.unit = GRPC__VOLUME_USAGE__UNIT__BYTES;
    bytes.total = volume->f_blocks * volume->f_frsize;
    bytes.available = volume->f_bavail * volume->f_frsize;
    bytes.used = (volume->f_blocks - volume->f_bfree) * volume->f_frsize;
    inodes.unit = GRPC__VOLUME_USAGE__UNIT__INODES;
    inodes.total = volume->f_files;
    inodes.available = volume->f_favail;
    inodes.used = volume->f_files - volume->f_ffree;
    Grpc__VolumeUsage *usage[] = {&bytes, &inodes};
    Grpc__VolumeCondition condition = GRPC__VOLUME_CONDITION__INIT;
    Grpc__VolumeStatsResponse response = GRPC__VOLUME_STATS_RESPONSE__INIT;
    response.n_usage = sizeof usage / sizeof *usage;
    response.usage = usage;
    response.volume_condition = &condition;
    call_reply(call, &response.base);
}

// Answers how full the file system of a path below /run is.
void volume_stats(struct call *call, const ProtobufCMessage *message) {
    const Grpc__VolumeStatsRequest *request = (const void *)message;
    const char *path = request->volume_guest_path;
    struct statvfs volume;
    if (!path_allowed(path)) {
        call_fail(
            call, STATUS_INVALID_ARGUMENT,
            "GetVolumeStats: volume_guest_path \"%.200s\" is not a canonical path below /run", path);
    } else if (stat_volume(path, &volume) < 0) {
        call_fail(
            call, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_INTERNAL, "GetVolumeStats: %.200s: %s",
            path, strerror(errno));
    } else {
        reply_usage(call, &volume);
    }
}

// Tells the kernel the address of plugged memory. Only platforms that do not announce memory need this.
// This one does, and its kernels seldom have the file.
void memory_probe(struct call *call, const ProtobufCMessage *message) {
    const Grpc__MemHotplugByProbeRequest *request = (const void *)message;
    for (size_t i = 0; i < request->n_memhotplugprobeaddr; i++) {
        char address[32];
        snprintf(address, sizeof address, "0x%" PRIx64, request->memhotplugprobeaddr[i]);
        if (file_set(PROBE, address) == 0) continue;
        const char *hint = errno == ENOENT ? " (this kernel cannot probe memory)" : "";
        call_fail(
            call, errno == ENOENT ? STATUS_FAILED_PRECONDITION : STATUS_INTERNAL,
            "MemHotplugByProbe: %s: " PROBE ": %s%s", address, strerror(errno), hint);
        return;
    }
    call_reply_empty(call);
}
