#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "../file.h"
#include "../names.h"
#include "services.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

#define RANDOM_MAX 256
#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define OWN_BOOT_ID "/run/vmfactory/boot_id"

// The field that is wrong, or NULL.
static const char *wrong_field(const Vmfactory__Guest__V1__SetIdentityRequest *request) {
    if (!is_hostname(request->hostname)) return "hostname: not an RFC 1123 label";
    if (!is_machine_id(request->machine_id)) return "machine_id: not 32 lower-case hex digits";
    if (!is_uuid(request->boot_id)) return "boot_id: not a UUID in lower case";
    return NULL;
}

static int write_line(const char *path, const char *text) {
    char line[128];
    strcpy(line, text);
    return file_write(path, strcat(line, "\n"));
}

// The kernel's boot id cannot be changed, so a file of ours is laid over it, once.
static int set_boot_id(const char *boot_id) {
    char shown[64];
    if (write_line(OWN_BOOT_ID, boot_id) < 0 || file_read(BOOT_ID, shown, sizeof shown) < 0) return -1;
    return strcmp(shown, boot_id) == 0 ? 0 : mount(OWN_BOOT_ID, BOOT_ID, NULL, MS_BIND, NULL);
}

// The step that failed, errno set, or NULL.
static const char *apply(const Vmfactory__Guest__V1__SetIdentityRequest *request) {
    if (sethostname(request->hostname, strlen(request->hostname)) < 0) return "hostname";
    if (write_line("/etc/hostname", request->hostname) < 0) return "/etc/hostname";
    if (write_line("/etc/machine-id", request->machine_id) < 0) return "/etc/machine-id";
    if (set_boot_id(request->boot_id) < 0) return BOOT_ID;
    return NULL;
}

// All fields are checked before the first is applied.
void identity_set(struct call *call, const ProtobufCMessage *message) {
    const Vmfactory__Guest__V1__SetIdentityRequest *request = (const void *)message;
    const char *wrong = wrong_field(request);
    if (wrong != NULL) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "SetIdentity: %s", wrong);
        return;
    }
    const char *failed = apply(request);
    if (failed != NULL) {
        call_fail(call, STATUS_INTERNAL, "SetIdentity: %s: %s", failed, strerror(errno));
    } else {
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
            call, STATUS_INVALID_ARGUMENT, "GetIdentity: random_bytes is %u, at most %d",
            request->random_bytes, RANDOM_MAX);
        return;
    }
    char hostname[65] = "", machine_id[64] = "", boot_id[64] = "";
    uint8_t random[RANDOM_MAX];
    gethostname(hostname, sizeof hostname);
    file_read("/etc/machine-id", machine_id, sizeof machine_id);
    file_read(BOOT_ID, boot_id, sizeof boot_id);
    Vmfactory__Guest__V1__Identity identity = VMFACTORY__GUEST__V1__IDENTITY__INIT;
    identity.hostname = hostname;
    identity.machine_id = machine_id;
    identity.boot_id = boot_id;
    identity.random.data = random;
    ssize_t got = getrandom(random, request->random_bytes, 0); // whole: below 257 bytes
    if (got < 0) {
        call_fail(call, STATUS_INTERNAL, "GetIdentity: getrandom: %s", strerror(errno));
        return;
    }
    identity.random.len = (size_t)got;
    identity.realtime_nanos = realtime_nanos();
    call_reply(call, &identity.base);
}
