#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../children.h"
#include "../need.h"
#include "kata/agent.pb-c.h"

// Four times the default size of a pipe: then the host needs a fourth of the calls.
#define OUT_SIZE (256 << 10)

#define PROGRAM_NOT_FOUND 127 // the exit status that shells use
#define PROGRAM_NOT_EXECUTABLE 126

// A call that waits for the end of a process.
struct waiter {
    struct call *call;
    struct process *process;
    struct waiter *next;
};

struct process *process_new(
    const char *id, const Grpc__Process *asked, const struct process_owner *owner, void *context) {
    struct process *process = need(calloc(1, sizeof *process));
    snprintf(process->id, sizeof process->id, "%s", id);
    process->terminal = asked->terminal;
    process->program = need(strdup(asked->args[0]));
    process->owner = owner;
    process->context = context;
    process->crun.launch = process->crun.master = -1;
    process->held.program = process->held.control.fd = -1;
    process->crun.terminal_owner = TERMINAL_NO_OWNER;
    return process;
}

// What crun and the process get: pipes, unless the process has a terminal, and what a launcher inherits.
struct making {
    int theirs[3], ours[3], inherited[CRUN_INHERITED_MOST];
};

static void close_all(const int fds[3]) {
    for (int i = 0; i < 3; i++) {
        if (fds[i] >= 0) close(fds[i]);
    }
}

static bool open_pipes(struct making *making) {
    for (int i = 0; i < 3; i++) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) < 0) return false;
        bool input = i == STDIN_FILENO;
        making->theirs[i] = ends[input ? 0 : 1];
        making->ours[i] = ends[input ? 1 : 0];
        fcntl(making->ours[i], F_SETFL, O_NONBLOCK);
        if (i == STDOUT_FILENO) fcntl(making->ours[i], F_SETPIPE_SZ, OUT_SIZE);
    }
    return true;
}

static void on_made(struct crun *crun, bool good);

static bool start_making(struct process *process, struct making *making) {
    memset(making, -1, sizeof *making);
    process->crun.done = on_made;
    return (!process->held.wanted || held_open(&process->held, making->inherited))
        && (process->terminal || open_pipes(making));
}

static bool finish_making(struct process *process, struct making *making, bool runs) {
    int error = errno;
    close_all(making->theirs);
    if (making->inherited[0] >= 0) close(making->inherited[0]);
    if (!runs) {
        close_all(making->ours);
    } else if (!process->terminal) {
        writer_open(&process->in, making->ours[STDIN_FILENO]);
        reader_open(&process->out, making->ours[STDOUT_FILENO]);
        reader_open(&process->err, making->ours[STDERR_FILENO]);
    }
    errno = error;
    return runs;
}

static const int *stdio_of(const struct process *process, const struct making *making) {
    return process->terminal ? NULL : making->theirs;
}

static const int *inherited_by(const struct process *process, const struct making *making) {
    return process->held.wanted ? making->inherited : NULL;
}

bool process_create(struct process *process, const char *bundle) {
    struct making making;
    bool runs = start_making(process, &making)
        && crun_create(
               &process->crun, process->id, bundle, stdio_of(process, &making), inherited_by(process, &making));
    return finish_making(process, &making, runs);
}

bool process_exec(
    struct process *process, const char *container, const char *json, size_t length) {
    struct making making;
    bool runs = start_making(process, &making)
        && crun_exec(
               &process->crun, container, json, length, stdio_of(process, &making),
               inherited_by(process, &making));
    return finish_making(process, &making, runs);
}

// Returns the error message of crun, or of the process before it executed its program.
static const char *words(struct process *process) {
    static char text[512];
    crun_text(&process->crun, text, sizeof text);
    if (*text == '\0') reader_text(process->terminal ? &process->out : &process->err, text, sizeof text);
    const char *message = crun_message(text);
    return *message == '\0' ? "crun gives no reason" : message;
}

static void answer_start(struct process *process, enum status code, const char *error) {
    struct call *call = process->starting;
    process->starting = NULL;
    if (call == NULL) return;
    if (error == NULL) {
        call_reply_empty(call);
    } else {
        call_fail(call, code, "%s", error);
    }
}

static bool executed(struct process *process) {
    return process->held.wanted ? held_launched(&process->held, process->crun.launch)
                                : launch_happened(process->pid);
}

static void runs_now(struct process *process) {
    crun_close(&process->crun);
    held_close(&process->held);
    process->state = PROCESS_RUNS;
    answer_start(process, STATUS_OK, NULL);
}

static void on_launched(struct launch *launch) {
    runs_now((struct process *)((char *)launch - offsetof(struct process, launch)));
}

// The launcher has executed the program, or has ended before.
static void on_reported(struct source *source, uint32_t events) {
    (void)events;
    struct process *process = (struct process *)((char *)source - offsetof(struct process, report));
    loop_unwatch(source);
    if (executed(process)) runs_now(process); // otherwise on_ended will report its end
}

// Sets the reason why the program does not run.
static enum status explain(struct process *process, enum failure_step step, struct problem *problem) {
    if (process->held.report.step != 0) return held_explain(&process->held, process->program, problem);
    return failure_of(problem, step, process->program, words(process));
}

static int status_of(int status, enum status code) {
    if (WIFSIGNALED(status)) return 128 + WTERMSIG(status);
    if (code == STATUS_OK) return WEXITSTATUS(status);
    return code == STATUS_NOT_FOUND ? PROGRAM_NOT_FOUND : PROGRAM_NOT_EXECUTABLE;
}

static void reply_status(struct call *call, int status) {
    Grpc__WaitProcessResponse response = GRPC__WAIT_PROCESS_RESPONSE__INIT;
    response.status = status;
    call_reply(call, &response.base);
}

static void close_ends(struct process *process) {
    if (process->state == PROCESS_SETTLING) loop_unwatch(&process->held.control);
    if (process->state == PROCESS_STARTING) launch_forget(&process->launch);
    if (process->state == PROCESS_STARTING && process->held.wanted) loop_unwatch(&process->report);
    crun_close(&process->crun);
    held_close(&process->held);
    writer_close(&process->in);
}

// The launcher has ended before it waited.
static void fail_settling(struct process *process) {
    struct problem problem;
    enum status code = explain(process, FAILURE_MAKING, &problem);
    close_ends(process);
    process->pid = 0;
    process->state = PROCESS_ENDED;
    process->owner->made(process, code, problem.text);
}

static void on_ended(int status, void *context) {
    struct process *process = context;
    if (process->state == PROCESS_SETTLING) {
        fail_settling(process);
        return;
    }
    bool starting = process->state == PROCESS_STARTING;
    bool failed = starting && !executed(process);
    struct problem problem;
    enum status code = failed ? explain(process, FAILURE_LAUNCHING, &problem) : STATUS_OK;
    close_ends(process);
    process->pid = 0;
    process->state = PROCESS_ENDED;
    process->status = status_of(status, code);
    answer_start(process, code, failed ? problem.text : NULL);
    struct waiter *waiter;
    while ((waiter = process->waiters) != NULL) {
        process->waiters = waiter->next;
        reply_status(waiter->call, process->status);
        free(waiter);
    }
    process->owner->ended(process);
}

static void open_terminal(struct process *process) {
    if (process->crun.master < 0) return;
    reader_open(&process->out, process->crun.master);
    writer_open(&process->in, fcntl(process->crun.master, F_DUPFD_CLOEXEC, 0));
    process->crun.master = -1;
}

// The launcher waits. If the descriptor has only closed, on_ended will report its end.
static void on_settled(struct source *source, uint32_t events) {
    struct process *process = (struct process *)((char *)source - offsetof(struct process, held.control));
    char byte;
    (void)events;
    loop_unwatch(source);
    if (read(source->fd, &byte, 1) != 1) return;
    process->state = PROCESS_MADE;
    process->owner->made(process, STATUS_OK, NULL);
}

static void settle(struct process *process) {
    process->state = PROCESS_SETTLING;
    process->held.control.ready = on_settled;
    loop_watch(&process->held.control, EPOLLIN);
    bool first = process->launched == NULL;
    if (first && !crun_start(process->id)) kill(process->pid, SIGKILL); // on_ended will report it
}

static void on_made(struct crun *crun, bool good) {
    struct process *process = (struct process *)crun;
    open_terminal(process);
    if (!good) { // with a terminal, the message may have gone to it
        struct problem problem;
        enum status code = explain(process, FAILURE_MAKING, &problem);
        process->owner->made(process, code, problem.text);
        return;
    }
    process->pid = crun->pid;
    children_watch(process->pid, on_ended, process);
    if (process->held.wanted) {
        settle(process);
    } else {
        process->state = PROCESS_MADE;
        process->owner->made(process, STATUS_OK, NULL);
    }
}

bool process_begin(struct process *process, const Grpc__Process *described) {
    if (!process->held.wanted) return crun_start(process->id);
    free(process->program);
    process->program = need(strdup(described->args[0]));
    return held_launch(&process->held, described);
}

void process_await_program(struct process *process, struct call *call) {
    process->starting = call;
    process->state = PROCESS_STARTING;
    if (process->held.wanted) {
        process->report = (struct source){.fd = process->crun.launch, .ready = on_reported};
        loop_watch(&process->report, 0); // epoll always reports EPOLLHUP
    } else {
        process->launch = (struct launch){.pid = process->pid, .launched = on_launched};
        launch_await(&process->launch);
    }
}

static void on_waiter_gone(void *context) {
    struct waiter *waiter = context, **at = &waiter->process->waiters;
    while (*at != waiter) at = &(*at)->next;
    *at = waiter->next;
    free(waiter);
}

static const struct keeper waiter_keeper = {.gone = on_waiter_gone};

void process_wait(struct process *process, struct call *call) {
    if (process->state == PROCESS_ENDED) {
        reply_status(call, process->status);
        return;
    }
    struct waiter *waiter = need(malloc(sizeof *waiter));
    *waiter = (struct waiter){.call = call, .process = process, .next = process->waiters};
    process->waiters = waiter;
    call_keep(call, &waiter_keeper, waiter);
}

void process_free(struct process *process) {
    close_ends(process);
    reader_close(&process->out);
    reader_close(&process->err);
    if (process->launched != NULL) grpc__process__free_unpacked(process->launched, NULL);
    free(process->program);
    free(process);
}
