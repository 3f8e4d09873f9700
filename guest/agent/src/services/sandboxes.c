#include <stdio.h>
#include <string.h>

#include "../containers/removal.h"
#include "../names.h"
#include "../problem.h"
#include "../sandbox/sandbox.h"
#include "../storages/storage.h"
#include "kata/agent.pb-c.h"
#include "services.h"

static struct {
    char id[128];
    struct mounts *mounts;
    char problem[256]; // the first one of DestroySandbox; empty = none
} sandbox;

// Returns what is wrong with the request, or NULL.
static const char *wrong_field(const Grpc__CreateSandboxRequest *request) {
    if (*request->hostname != '\0' && !is_hostname(request->hostname)) {
        return "hostname is no host name";
    }
    if (strlen(request->sandbox_id) >= sizeof sandbox.id) return "sandbox_id is too long";
    if (*request->guest_hook_path != '\0') return "guest_hook_path: this agent runs no hooks";
    for (size_t i = 0; i < request->n_dns; i++) {
        if (strchr(request->dns[i], '\n') != NULL) return "dns: an entry has more than one line";
    }
    return NULL;
}

// Undoes the creation and answers the call.
static void fail_creation(struct call *call, enum status code, const char *why) {
    sandbox_undo();
    sandbox_set_state(SANDBOX_ABSENT);
    call_fail(call, code, "%s", why);
}

static void on_mounted(struct mounts *mounts, enum status code, const char *error, void *context) {
    struct call *call = context;
    if (error != NULL) {
        fail_creation(call, code, error);
        return;
    }
    sandbox.mounts = mounts;
    sandbox_set_state(SANDBOX_PRESENT);
    call_reply_empty(call);
}

// A guest has at most one sandbox.
void sandbox_create(struct call *call, const ProtobufCMessage *message) {
    const Grpc__CreateSandboxRequest *request = (const void *)message;
    const char *wrong = wrong_field(request);
    struct problem problem;
    if (sandbox_state() != SANDBOX_ABSENT) {
        call_fail(
            call, STATUS_ALREADY_EXISTS, "this guest has sandbox %s already", sandbox.id);
    } else if (wrong != NULL) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "%s", wrong);
    } else {
        sandbox_set_state(SANDBOX_CHANGING);
        strcpy(sandbox.id, request->sandbox_id);
        if (!sandbox_set_up(request, &problem)) {
            fail_creation(call, problem.code, problem.text);
        } else {
            storages_mount(request->n_storages, request->storages, on_mounted, call);
        }
    }
}

// Keeps the first error of DestroySandbox.
static void note(const char *error) {
    if (error == NULL || *sandbox.problem != '\0') return;
    snprintf(sandbox.problem, sizeof sandbox.problem, "%s", error);
}

static void on_rest_unmounted(const char *error, void *context) {
    struct call *call = context;
    note(error);
    if (sandbox_tear_down() < 0) note(SANDBOX_DIR " cannot be removed");
    if (*sandbox.problem != '\0') {
        sandbox_set_state(SANDBOX_PRESENT); // so that DestroySandbox can be called again
        call_fail(call, STATUS_INTERNAL, "DestroySandbox: %s", sandbox.problem);
    } else {
        sandbox_set_state(SANDBOX_ABSENT);
        call_reply_empty(call);
    }
}

static void on_unmounted(const char *error, void *context) {
    note(error);
    storages_unmount_rest(on_rest_unmounted, context);
}

static void on_containers_gone(void *context) {
    struct mounts *mounts = sandbox.mounts;
    sandbox.mounts = NULL;
    storages_unmount(mounts, on_unmounted, context);
}

// Kata's agent ends here. This agent is PID 1: it only forgets the sandbox.
void sandbox_destroy(struct call *call, const ProtobufCMessage *request) {
    (void)request;
    if (sandbox_state() == SANDBOX_ABSENT) {
        call_reply_empty(call);
    } else if (sandbox_state() == SANDBOX_CHANGING) {
        call_fail(call, STATUS_UNAVAILABLE, "DestroySandbox: another call creates or destroys it now");
    } else {
        sandbox_set_state(SANDBOX_CHANGING);
        *sandbox.problem = '\0';
        containers_remove_all(on_containers_gone, call);
    }
}
