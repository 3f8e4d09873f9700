#include "held.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../log.h"
#include "../need.h"
#include "failure.h"

static int launcher_file = -1;
static char itself[32];
char *held_args[HELD_ARGS] = {itself, LAUNCHER_WORD};

// The launcher is the agent's own program: the agent executes it all the time, so no container can write to it.
void held_prepare(const char *launcher) {
    snprintf(itself, sizeof itself, "/proc/self/fd/%d", LAUNCHER_ITSELF);
    launcher_file = open(launcher, O_PATH | O_CLOEXEC);
    if (launcher_file < 0) log_error("cannot open %s: %m", launcher);
}

bool held_open(struct held *held, int inherited[]) {
    int ends[2] = {-1, -1};
    held->program = memfd_create("program", MFD_CLOEXEC);
    bool good = held->program >= 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0;
    held->control.fd = ends[0];
    if (!good) {
        int error = errno;
        held_close(held);
        errno = error;
        return false;
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    inherited[0] = ends[1];
    inherited[LAUNCHER_PROGRAM - LAUNCHER_CONTROL] = held->program;
    inherited[LAUNCHER_ITSELF - LAUNCHER_CONTROL] = launcher_file;
    return true;
}

static char *put(char *at, const char *text) { return stpcpy(at, text) + 1; }

static size_t size_of(char *const *texts, size_t n) {
    size_t size = 0;
    for (size_t i = 0; i < n; i++) size += strlen(texts[i]) + 1;
    return size;
}

static bool write_program(int file, const Grpc__Process *process) {
    struct launcher_program head = {(uint32_t)process->n_args, (uint32_t)process->n_env};
    size_t size = sizeof head + strlen(process->cwd) + 1 + size_of(process->args, process->n_args)
        + size_of(process->env, process->n_env);
    char *bytes = need(malloc(size)), *at = bytes + sizeof head;
    memcpy(bytes, &head, sizeof head);
    at = put(at, process->cwd);
    for (size_t i = 0; i < process->n_args; i++) at = put(at, process->args[i]);
    for (size_t i = 0; i < process->n_env; i++) at = put(at, process->env[i]);
    bool written = write(file, bytes, size) == (ssize_t)size;
    free(bytes);
    return written;
}

bool held_launch(struct held *held, const Grpc__Process *process) {
    return write_program(held->program, process) && send(held->control.fd, "", 1, MSG_NOSIGNAL) == 1;
}

bool held_launched(struct held *held, int report) {
    struct launcher_report *to = &held->report;
    if (to->step == 0 && (report < 0 || read(report, to, sizeof *to) != sizeof *to)) to->step = 0;
    return to->step == 0;
}

enum status held_explain(const struct held *held, const char *program, struct problem *problem) {
    char message[128];
    if (held->report.step == LAUNCHER_ENTER) {
        problem_set(
            problem, STATUS_INVALID_ARGUMENT, "process.cwd: cannot be entered: %s", strerror(held->report.error));
        return problem->code;
    }
    enum failure_step step = held->report.step == LAUNCHER_FIND ? FAILURE_MAKING : FAILURE_LAUNCHING;
    snprintf(message, sizeof message, "exec: %s", strerror(held->report.error));
    return failure_of(problem, step, program, message);
}

void held_close(struct held *held) {
    if (held->program >= 0) close(held->program);
    if (held->control.fd >= 0) close(held->control.fd);
    held->program = held->control.fd = -1;
}
