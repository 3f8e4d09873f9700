#include "sandbox.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../children.h"
#include "../containers/container.h"
#include "../log.h"
#include "../module.h"
#include "../names.h"
#include "../path.h"
#include "pause.h"
#include "../problem.h"
#include "../storages/storage.h"
#include "kata/agent.pb-c.h"
#include "../services/services.h"

#define PARAMETERS_SIZE 1024

static struct {
    enum { ABSENT, CHANGING, PRESENT } state;
    char id[128];
    char hostname[65]; // from before it was created
    struct mounts *mounts;
    bool shares_pids;
    pid_t init; // of the shared PID namespace; 0 = there is none
    char problem[256]; // the first one while it is destroyed; empty = none
} sandbox;

bool sandbox_present(void) { return sandbox.state == PRESENT; }

// The shared PID namespace.

static void on_init_ended(int status, void *context) {
    if (sandbox.init != (pid_t)(intptr_t)context) return;
    log_error("the init of the shared PID namespace has ended: 0x%x", status);
    sandbox.init = 0;
}

static bool start_init(void) {
    pid_t pid = pause_start();
    if (pid < 0) return false;
    sandbox.init = pid;
    children_watch(pid, on_init_ended, (void *)(intptr_t)pid);
    return true;
}

static void end_init(void) {
    if (sandbox.init != 0) kill(sandbox.init, SIGKILL);
    sandbox.init = 0;
}

const char *sandbox_pid_namespace(void) {
    static char path[32];
    errno = 0;
    if (!sandbox.shares_pids || (sandbox.init == 0 && !start_init())) return NULL;
    snprintf(path, sizeof path, "/proc/%d/ns/pid", (int)sandbox.init);
    return path;
}

// Creating.

static const char *wrong_field(const Grpc__CreateSandboxRequest *request) {
    if (*request->hostname != '\0' && !is_hostname(request->hostname)) {
        return "hostname: not an RFC 1123 label";
    }
    if (strlen(request->sandbox_id) >= sizeof sandbox.id) return "sandbox_id: too long";
    if (*request->guest_hook_path != '\0') return "guest_hook_path: this agent runs no hooks";
    for (size_t i = 0; i < request->n_dns; i++) {
        if (strchr(request->dns[i], '\n') != NULL) return "dns: more than one line in one";
    }
    return NULL;
}

static bool load_module(const Grpc__KernelModule *module, struct problem *problem) {
    char parameters[PARAMETERS_SIZE] = "";
    size_t length = 0;
    for (size_t i = 0; i < module->n_parameters && length < sizeof parameters; i++) {
        length += (size_t)snprintf(
            parameters + length, sizeof parameters - length, "%s%s", i > 0 ? " " : "",
            module->parameters[i]);
    }
    if (length >= sizeof parameters) errno = E2BIG;
    if (length < sizeof parameters && module_load(module->name, parameters) == 0) return true;
    return problem_set(
        problem, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_INVALID_ARGUMENT,
        "kernel module %.64s: %m", module->name);
}

static bool write_dns(size_t n, char **lines, struct problem *problem) {
    if (n == 0) return true;
    mkdir(SANDBOX_DIR "/sandbox", 0755);
    FILE *file = fopen(SANDBOX_RESOLV_CONF, "we");
    bool written = file != NULL;
    for (size_t i = 0; i < n && written; i++) written = fprintf(file, "%s\n", lines[i]) > 0;
    if (file != NULL) written = fclose(file) == 0 && written;
    return written || problem_set(problem, STATUS_INTERNAL, SANDBOX_RESOLV_CONF ": %m");
}

static bool set_hostname(const char *hostname, struct problem *problem) {
    if (*hostname == '\0' || sethostname(hostname, strlen(hostname)) == 0) return true;
    return problem_set(problem, STATUS_INTERNAL, "hostname: %m");
}

// All but what takes time.
static bool set_up(const Grpc__CreateSandboxRequest *request, struct problem *problem) {
    for (size_t i = 0; i < request->n_kernel_modules; i++) {
        if (!load_module(request->kernel_modules[i], problem)) return false;
    }
    if (path_remove_tree(SANDBOX_DIR) < 0 || mkdir(SANDBOX_DIR, 0755) < 0) {
        return problem_set(problem, STATUS_INTERNAL, SANDBOX_DIR ": %m");
    }
    if (!write_dns(request->n_dns, request->dns, problem)) return false;
    sandbox.shares_pids = request->sandbox_pidns;
    if (sandbox.shares_pids && !start_init()) {
        return problem_set(problem, STATUS_INTERNAL, "shared PID namespace: %m");
    }
    return set_hostname(request->hostname, problem);
}

static int tear_down(void) {
    end_init();
    sandbox.shares_pids = false;
    return path_remove_tree(SANDBOX_DIR);
}

// Nothing is left of a sandbox that could not be made.
static void not_made(struct call *call, enum status code, const char *why) {
    sethostname(sandbox.hostname, strlen(sandbox.hostname));
    tear_down();
    sandbox.state = ABSENT;
    call_fail(call, code, "CreateSandbox: %s", why);
}

static void on_mounted(struct mounts *mounts, enum status code, const char *error, void *context) {
    struct call *call = context;
    if (error != NULL) {
        not_made(call, code, error);
        return;
    }
    sandbox.mounts = mounts;
    sandbox.state = PRESENT;
    call_reply_empty(call);
}

// One sandbox per guest.
void sandbox_create(struct call *call, const ProtobufCMessage *message) {
    const Grpc__CreateSandboxRequest *request = (const void *)message;
    const char *wrong = wrong_field(request);
    struct problem problem;
    if (sandbox.state != ABSENT) {
        call_fail(
            call, STATUS_ALREADY_EXISTS, "CreateSandbox: this guest has sandbox %s", sandbox.id);
    } else if (wrong != NULL) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "CreateSandbox: %s", wrong);
    } else {
        sandbox.state = CHANGING;
        strcpy(sandbox.id, request->sandbox_id);
        gethostname(sandbox.hostname, sizeof sandbox.hostname - 1);
        if (!set_up(request, &problem)) {
            not_made(call, problem.code, problem.text);
        } else {
            storages_mount(request->n_storages, request->storages, on_mounted, call);
        }
    }
}

// Destroying.

static void note(const char *error) {
    if (error == NULL || *sandbox.problem != '\0') return;
    snprintf(sandbox.problem, sizeof sandbox.problem, "%s", error);
}

static void on_rest_unmounted(const char *error, void *context) {
    struct call *call = context;
    note(error);
    if (tear_down() < 0) note(SANDBOX_DIR " cannot be removed");
    if (*sandbox.problem != '\0') {
        sandbox.state = PRESENT; // to be destroyed again
        call_fail(call, STATUS_INTERNAL, "DestroySandbox: %s", sandbox.problem);
    } else {
        sandbox.state = ABSENT;
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

// Kata's agent ends here. This one is PID 1 and stays; the sandbox is forgotten.
void sandbox_destroy(struct call *call, const ProtobufCMessage *request) {
    (void)request;
    if (sandbox.state == ABSENT) {
        call_reply_empty(call);
    } else if (sandbox.state == CHANGING) {
        call_fail(call, STATUS_UNAVAILABLE, "DestroySandbox: it is being created or destroyed");
    } else {
        sandbox.state = CHANGING;
        *sandbox.problem = '\0';
        containers_remove_all(on_containers_gone, call);
    }
}
