#include "identity.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "../file.h"
#include "../log.h"
#include "../names.h"
#include "services.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

#define RANDOM_MAX 256
#define HOSTNAME "/etc/hostname"
#define MACHINE_ID "/etc/machine-id"
#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define OWN_BOOT_ID "/run/vmfactory/boot_id"
#define MACHINE_ID_LENGTH 32
#define BOOT_ID_LENGTH 36

// The files that show the ids, mapped for good. So a clone gets its ids without a system call: on an emulated
// CPU, kernel code that runs for the first time costs milliseconds.
static char *machine_id, *boot_id; // NULL = not mapped

// The kernel's boot id cannot be changed, so this mounts a file of the agent's over it.
static char *cover_boot_id(void) {
    char line[BOOT_ID_LENGTH + 2];
    if (file_read(BOOT_ID, line, sizeof line) != BOOT_ID_LENGTH) return NULL;
    char *shown = file_map(OWN_BOOT_ID, strcat(line, "\n"));
    if (shown == NULL) return NULL;
    return mount(OWN_BOOT_ID, BOOT_ID, NULL, MS_BIND, NULL) < 0 ? NULL : shown;
}

void identity_start(void) {
    unlink(HOSTNAME);
    if (symlink("/proc/sys/kernel/hostname", HOSTNAME) < 0) log_error("cannot make " HOSTNAME ": %m");
    // Zeros are not a valid id: machine-id(5).
    machine_id = file_map(MACHINE_ID, "00000000000000000000000000000000\n");
    if (machine_id == NULL) log_error("cannot map " MACHINE_ID ": %m");
    boot_id = cover_boot_id();
    if (boot_id == NULL) log_error("cannot cover " BOOT_ID ": %m");
}

// A request without ids sets only the host name: the guest has its own ids already.
static bool only_name(const Vmfactory__Guest__V1__SetIdentityRequest *request) {
    return *request->machine_id == '\0' && *request->boot_id == '\0';
}

// Returns what is wrong with the request, or NULL.
static const char *wrong_field(const Vmfactory__Guest__V1__SetIdentityRequest *request) {
    if (!is_hostname(request->hostname)) return "hostname is not an RFC 1123 label";
    if (only_name(request)) return NULL;
    if (!is_machine_id(request->machine_id)) {
        return "machine_id is not 32 lower-case hex digits, or is all zeros";
    }
    if (!is_uuid(request->boot_id)) return "boot_id is not a UUID in lower case";
    return NULL;
}

// Checks all fields before it applies the first. Only the host name, which it applies first, can fail.
void identity_set(struct call *call, const ProtobufCMessage *message) {
    const Vmfactory__Guest__V1__SetIdentityRequest *request = (const void *)message;
    const char *wrong = wrong_field(request);
    if (wrong != NULL) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "SetIdentity: %s", wrong);
    } else if (!only_name(request) && (machine_id == NULL || boot_id == NULL)) {
        call_fail(
            call, STATUS_INTERNAL,
            "SetIdentity: the files of the ids are not mapped; the kernel log has the reason");
    } else if (sethostname(request->hostname, strlen(request->hostname)) < 0) {
        call_fail(call, STATUS_INTERNAL, "SetIdentity: hostname: %s", strerror(errno));
    } else {
        if (!only_name(request)) {
            memcpy(machine_id, request->machine_id, MACHINE_ID_LENGTH);
            memcpy(boot_id, request->boot_id, BOOT_ID_LENGTH);
        }
        call_reply_empty(call);
    }
}

static int64_t realtime_nanos(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void identity_get(struct call *call, const ProtobufCMessage *message) {
    const Vmfactory__Guest__V1__GetIdentityRequest *request = (const void *)message;
    if (request->random_bytes > RANDOM_MAX) {
        call_fail(
            call, STATUS_INVALID_ARGUMENT, "GetIdentity: random_bytes is %u, but must be at most %d",
            request->random_bytes, RANDOM_MAX);
        return;
    }
    char hostname[65] = "", machine[64] = "", boot[64] = "";
    uint8_t random[RANDOM_MAX];
    file_read(HOSTNAME, hostname, sizeof hostname);
    file_read(MACHINE_ID, machine, sizeof machine);
    file_read(BOOT_ID, boot, sizeof boot);
    Vmfactory__Guest__V1__Identity identity = VMFACTORY__GUEST__V1__IDENTITY__INIT;
    identity.hostname = hostname;
    identity.machine_id = machine;
    identity.boot_id = boot;
    identity.random.data = random;
    ssize_t got = getrandom(random, request->random_bytes, 0); // returns all bytes: there are fewer than 257
    if (got < 0) {
        call_fail(call, STATUS_INTERNAL, "GetIdentity: getrandom: %s", strerror(errno));
        return;
    }
    identity.random.len = (size_t)got;
    identity.realtime_nanos = realtime_nanos();
    call_reply(call, &identity.base);
}
