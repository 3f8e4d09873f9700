#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../names.h"
#include "../sandbox.h"
#include "kata/agent.pb-c.h"
#include "services.h"

#define DESCRIPTORS 16 // nftw may hold open

static struct {
    bool present;
    char id[128];
} sandbox;

bool sandbox_present(void) { return sandbox.present; }

// Not offered yet: each container has its own.
const char *sandbox_pid_namespace(void) {
    errno = 0;
    return NULL;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at) {
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static int remove_tree(const char *path) {
    int failed = nftw(path, remove_entry, DESCRIPTORS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    return failed != 0 && errno != ENOENT ? -1 : 0;
}

static const char *wrong_field(const Grpc__CreateSandboxRequest *request) {
    if (*request->hostname != '\0' && !is_hostname(request->hostname)) {
        return "hostname: not an RFC 1123 label";
    }
    if (strlen(request->sandbox_id) >= sizeof sandbox.id) return "sandbox_id: too long";
    return NULL;
}

// The step that failed, errno set, or NULL.
static const char *set_up(const Grpc__CreateSandboxRequest *request) {
    size_t length = strlen(request->hostname);
    if (length > 0 && sethostname(request->hostname, length) < 0) return "hostname";
    if (remove_tree(SANDBOX_DIR) < 0 || mkdir(SANDBOX_DIR, 0755) < 0) return SANDBOX_DIR;
    return NULL;
}

// One sandbox per guest. Storages, DNS and kernel modules are not offered yet: refused, not ignored.
void sandbox_create(struct call *call, const ProtobufCMessage *message) {
    const Grpc__CreateSandboxRequest *request = (const void *)message;
    const char *wrong = wrong_field(request);
    if (sandbox.present) {
        call_fail(
            call, STATUS_ALREADY_EXISTS, "CreateSandbox: this guest has sandbox %s", sandbox.id);
    } else if (wrong != NULL) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "CreateSandbox: %s", wrong);
    } else if (request->n_storages > 0 || request->n_dns > 0 || request->n_kernel_modules > 0) {
        call_fail(
            call, STATUS_UNIMPLEMENTED,
            "CreateSandbox: storages, dns and kernel_modules are not offered by this agent");
    } else {
        const char *failed = set_up(request);
        if (failed != NULL) {
            call_fail(call, STATUS_INTERNAL, "CreateSandbox: %s: %s", failed, strerror(errno));
            return;
        }
        sandbox.present = true;
        strcpy(sandbox.id, request->sandbox_id);
        call_reply_empty(call);
    }
}

// Kata's agent ends here. This one is PID 1 and stays; the sandbox is forgotten.
void sandbox_destroy(struct call *call, const ProtobufCMessage *request) {
    (void)request;
    if (sandbox.present && remove_tree(SANDBOX_DIR) < 0) {
        call_fail(call, STATUS_INTERNAL, "DestroySandbox: %s: %s", SANDBOX_DIR, strerror(errno));
        return;
    }
    sandbox.present = false;
    call_reply_empty(call);
}
