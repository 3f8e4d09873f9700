#include "sandbox.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../children.h"
#include "../log.h"
#include "../module.h"
#include "../path.h"
#include "pause.h"

#define PARAMETERS_SIZE 1024

static struct {
    enum sandbox_state state;
    char hostname[65]; // from before it was created
    bool shares_pids;
    pid_t init; // of the shared PID namespace; 0 = there is none
} sandbox;

enum sandbox_state sandbox_state(void) { return sandbox.state; }

bool sandbox_present(void) { return sandbox.state == SANDBOX_PRESENT; }

void sandbox_set_state(enum sandbox_state state) { sandbox.state = state; }

static void on_init_ended(int status, void *context) {
    if (sandbox.init != (pid_t)(intptr_t)context) return;
    log_error("the init of the shared PID namespace has ended with wait status 0x%x", status);
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
        "cannot load kernel module %.64s: %m", module->name);
}

static bool write_dns(size_t n, char **lines, struct problem *problem) {
    if (n == 0) return true;
    mkdir(SANDBOX_DIR "/sandbox", 0755);
    FILE *file = fopen(SANDBOX_RESOLV_CONF, "we");
    bool written = file != NULL;
    for (size_t i = 0; i < n && written; i++) written = fprintf(file, "%s\n", lines[i]) > 0;
    if (file != NULL) written = fclose(file) == 0 && written;
    return written || problem_set(problem, STATUS_INTERNAL, "cannot write " SANDBOX_RESOLV_CONF ": %m");
}

static bool set_hostname(const char *hostname, struct problem *problem) {
    if (*hostname == '\0' || sethostname(hostname, strlen(hostname)) == 0) return true;
    return problem_set(problem, STATUS_INTERNAL, "cannot set hostname: %m");
}

bool sandbox_set_up(const Grpc__CreateSandboxRequest *request, struct problem *problem) {
    gethostname(sandbox.hostname, sizeof sandbox.hostname - 1);
    for (size_t i = 0; i < request->n_kernel_modules; i++) {
        if (!load_module(request->kernel_modules[i], problem)) return false;
    }
    if (path_remove_tree(SANDBOX_DIR) < 0 || mkdir(SANDBOX_DIR, 0755) < 0) {
        return problem_set(problem, STATUS_INTERNAL, "cannot make " SANDBOX_DIR ": %m");
    }
    if (!write_dns(request->n_dns, request->dns, problem)) return false;
    sandbox.shares_pids = request->sandbox_pidns;
    if (sandbox.shares_pids && !start_init()) {
        return problem_set(problem, STATUS_INTERNAL, "cannot start the shared PID namespace: %m");
    }
    return set_hostname(request->hostname, problem);
}

int sandbox_tear_down(void) {
    end_init();
    sandbox.shares_pids = false;
    return path_remove_tree(SANDBOX_DIR);
}

void sandbox_undo(void) {
    sethostname(sandbox.hostname, strlen(sandbox.hostname));
    sandbox_tear_down();
}
