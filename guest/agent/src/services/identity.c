#include "identity.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "../channel.h"
#include "../file.h"
#include "../generation.h"
#include "../log.h"
#include "../names.h"
#include "../network/nics.h"
#include "hooks.h"
#include "services.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

#define RANDOM_MAX 256
#define HOSTNAME "/etc/hostname"
#define MACHINE_ID "/etc/machine-id"
#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define MACHINE_ID_LENGTH 32

// The file that shows the id, mapped for good. So a clone gets its id without a system call: on an emulated
// CPU, kernel code that runs for the first time costs milliseconds.
static char *machine_id; // NULL = not mapped

// Whether this guest has an id of its own. Before that it may become a template, and nothing may read the
// kernel's boot id: the kernel makes it at the first read, and all clones would have that one.
static bool named;

void identity_start(void) {
    unlink(HOSTNAME);
    if (symlink("/proc/sys/kernel/hostname", HOSTNAME) < 0) log_error("cannot make " HOSTNAME ": %m");
    // Zeros are not a valid id: machine-id(5).
    machine_id = file_map(MACHINE_ID, "00000000000000000000000000000000\n");
    if (machine_id == NULL) log_error("cannot map " MACHINE_ID ": %m");
}

// A request without an id sets only the host name: the guest has its own id already.
static bool only_name(const Vmfactory__Guest__V1__SetIdentityRequest *request) {
    return *request->machine_id == '\0';
}

// Returns what is wrong with the request, or NULL.
static const char *wrong_field(const Vmfactory__Guest__V1__SetIdentityRequest *request) {
    size_t prefix = request->mac_prefix.len;
    if (!is_hostname(request->hostname)) return "hostname is no host name";
    if (only_name(request)) {
        bool alone = *request->generation == '\0' && prefix == 0;
        return alone ? NULL : "generation and mac_prefix need a machine_id";
    }
    if (!is_machine_id(request->machine_id)) {
        return "machine_id is not 32 lower-case hex digits, or is all zeros";
    }
    if (!is_machine_id(request->generation)) {
        return "generation is not 32 lower-case hex digits, or is all zeros";
    }
    bool local = prefix == MAC_PREFIX && (request->mac_prefix.data[0] & 3) == 2;
    return prefix == 0 || local ? NULL : "mac_prefix is not 5 bytes of a locally administered address";
}

// Does what can fail. Returns what failed, with errno, or NULL.
static const char *apply(const Vmfactory__Guest__V1__SetIdentityRequest *request) {
    static char text[32];
    unsigned slot;
    if (sethostname(request->hostname, strlen(request->hostname)) < 0) return "hostname";
    if (only_name(request)) return NULL;
    if (request->mac_prefix.len > 0 && nics_set_addresses(request->mac_prefix.data, &slot) < 0) {
        snprintf(text, sizeof text, "MAC of NIC slot %u", slot);
        return text;
    }
    return generation_set(request->generation) < 0 ? "generation" : NULL;
}

static void reply_set(struct call *call) {
    Vmfactory__Guest__V1__SetIdentityResponse response = VMFACTORY__GUEST__V1__SET_IDENTITY_RESPONSE__INIT;
    response.restore_hooks = hooks_registered(false);
    response.rehearsals = hooks_registered(true);
    call_reply(call, &response.base);
}

// Checks all fields before it applies the first.
void identity_set(struct call *call, const ProtobufCMessage *message) {
    const Vmfactory__Guest__V1__SetIdentityRequest *request = (const void *)message;
    const char *wrong = wrong_field(request), *failed = NULL;
    if (wrong != NULL) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "SetIdentity: %s", wrong);
    } else if (!only_name(request) && machine_id == NULL) {
        call_fail(
            call, STATUS_INTERNAL,
            "SetIdentity: " MACHINE_ID " is not mapped; the kernel log has the reason");
    } else if ((failed = apply(request)) != NULL) {
        call_fail(call, STATUS_INTERNAL, "SetIdentity: %s: %s", failed, strerror(errno));
    } else {
        if (!only_name(request)) {
            memcpy(machine_id, request->machine_id, MACHINE_ID_LENGTH);
            named = true;
            channels_forget_others(call->conversation);
        }
        reply_set(call);
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
    if (named) file_read(BOOT_ID, boot, sizeof boot);
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
