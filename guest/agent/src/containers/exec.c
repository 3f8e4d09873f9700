#include "exec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../problem.h"
#include "field.h"
#include "inherit.h"
#include "proc.h"
#include "removal.h"
#include "spec.h"

// The agent keeps processes that have ended, so that WaitProcess can return their status. Per container it
// keeps this many that ExecProcess started.
#define ENDED_KEPT 64

static void on_exec_made(struct process *process, enum status code, const char *error) {
    struct container *container = process->context;
    struct call *call = process->starting;
    process->starting = NULL;
    if (error == NULL) {
        // If its launcher has gone, its end will be reported.
        if (process->launched != NULL) process_begin(process, process->launched);
        process_await_program(process, call);
        return;
    }
    call_fail(call, code, "%s", error);
    container_forget(container, process);
    removal_continue(container);
}

static void on_exec_ended(struct process *process) { removal_continue(process->context); }

static const struct process_owner exec_owner = {.made = on_exec_made, .ended = on_exec_ended};

// Returns the oldest of the kept processes if there are too many, or NULL.
static struct process *too_many(struct container *container) {
    struct process *oldest = NULL;
    size_t n = 0;
    for (struct process *process = container->processes; process != NULL; process = process->next) {
        if (process->state != PROCESS_ENDED || process == container->first) continue;
        oldest = process;
        n++;
    }
    return n > ENDED_KEPT ? oldest : NULL;
}

// Only the agent gives the terminal to its user, when crun has made the process. So the process must wait for that, as
// a launcher.
static bool needs_launcher(const Grpc__Process *whole, uid_t user, pid_t beside) {
    return whole->terminal && user != 0 && user != TERMINAL_NO_OWNER && proc_is_mounted(beside);
}

static void start_exec(
    struct call *call, struct container *container, const char *id, const Grpc__Process *whole) {
    struct problem problem;
    size_t length;
    pid_t beside = container->first->pid;
    uid_t user = proc_user(beside, whole->user == NULL ? 0 : whole->user->uid);
    bool launcher = needs_launcher(whole, user, beside);
    Grpc__Process made = *whole;
    if (launcher) {
        made.args = held_args;
        made.n_args = HELD_ARGS;
    }
    char *json = spec_process(&made, beside, &length, &problem);
    if (json == NULL) {
        call_fail(call, problem.code, "%s", problem.text);
        return;
    }
    struct process *process = process_new(id, whole, &exec_owner, container);
    process->crun.oom_score_adj = (int)whole->oomscoreadj;
    process->crun.terminal_owner = user;
    process->held.wanted = launcher;
    if (launcher) process->launched = message_copy(&whole->base);
    if (process_exec(process, container->made_as, json, length)) {
        process->starting = call;
        process->next = container->processes;
        container->processes = process;
    } else {
        call_fail(call, STATUS_INTERNAL, "cannot start crun: %s", strerror(errno));
        process_free(process);
    }
    free(json);
}

bool exec_is_possible(const struct container *container) {
    const struct process *first = container->first;
    return first->state == PROCESS_RUNS || (first->state == PROCESS_MADE && first->held.wanted);
}

void container_exec(
    struct call *call, struct container *container, const Grpc__ExecProcessRequest *request) {
    struct process *same = container_process(container, request->exec_id);
    if (!is_id(request->exec_id)) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "exec_id is not a valid id");
    } else if (same != NULL && (same == container->first || same->state != PROCESS_ENDED)) {
        call_fail(
            call, STATUS_ALREADY_EXISTS, "container %s already has a process %s", container->id,
            request->exec_id);
    } else if (request->process == NULL) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "process is missing");
    } else if (!exec_is_possible(container) || container->paused) {
        call_fail(
            call, STATUS_FAILED_PRECONDITION, "container %s is %s", container->id,
            container->paused ? "paused" : "not running");
    } else {
        if (same != NULL) container_forget(container, same);
        struct process *oldest = too_many(container);
        if (oldest != NULL) container_forget(container, oldest);
        struct inherited whole;
        process_inherit(&whole, request->process, container->asked);
        start_exec(call, container, request->exec_id, &whole.process);
    }
}
