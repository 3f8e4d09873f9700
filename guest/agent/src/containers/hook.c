#include "hook.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "../loop.h"
#include "../need.h"
#include "container.h"
#include "exec.h"
#include "inherit.h"
#include "removal.h"
#include "spec.h"

#define TIMEOUT_MOST 600000u
#define TIMEOUT_USUAL 30000u
#define NAME_MOST 64
#define HOOK_ID "(hook)" // not an id that a request can name
#define READS_AT_ONCE 80 // more than a pipe holds; a command that never stops printing holds up nothing

struct stream {
    struct source source;
    struct run *run;
    bool open;
};

// A command under way. It lives until its process has ended, also after done has been called.
struct run {
    struct container *container;
    struct process *process;
    struct source timer;
    struct stream out, err;
    uint8_t output[HOOK_OUTPUT];
    size_t length;
    uint64_t total;
    hook_done *done; // NULL = called already
    void *context;
};

static bool wrong(struct problem *problem, const char *what) {
    return problem_set(problem, STATUS_INVALID_ARGUMENT, "%s", what);
}

const char *hook_name(const Vmfactory__Guest__V1__Hook *hook) {
    if (*hook->name != '\0') return hook->name;
    return hook->process == NULL || hook->process->n_args == 0 ? "" : hook->process->args[0];
}

static bool check_state(const struct container *container, struct problem *problem) {
    bool runs = container->ready && exec_is_possible(container);
    if (runs && !container->paused && !container->removal.wanted) return true;
    return problem_set(
        problem, STATUS_FAILED_PRECONDITION, "container %s %s", container->id,
        runs && container->paused ? "is paused" : "does not run");
}

bool hook_check(const Vmfactory__Guest__V1__Hook *hook, struct problem *problem) {
    struct container *container = container_find(hook->container_id);
    if (strlen(hook->name) > NAME_MOST) return wrong(problem, "name has more than 64 bytes");
    if (hook->timeout_millis > TIMEOUT_MOST) return wrong(problem, "timeout_millis is above 600000");
    if (hook->process == NULL) return wrong(problem, "process is missing");
    if (hook->process->terminal) return wrong(problem, "process.terminal: a hook has none");
    if (container == NULL) {
        return problem_set(problem, STATUS_NOT_FOUND, "no container %.127s", hook->container_id);
    }
    struct inherited whole;
    process_inherit(&whole, hook->process, container->asked);
    size_t length;
    char *json = spec_process(&whole.process, 0, &length, problem);
    free(json);
    return json != NULL && check_state(container, problem);
}

// Keeps the last bytes.
static void keep(struct run *run, const uint8_t *bytes, size_t length) {
    run->total += length;
    if (length >= HOOK_OUTPUT) {
        memcpy(run->output, bytes + length - HOOK_OUTPUT, HOOK_OUTPUT);
        run->length = HOOK_OUTPUT;
        return;
    }
    size_t over = run->length + length > HOOK_OUTPUT ? run->length + length - HOOK_OUTPUT : 0;
    memmove(run->output, run->output + over, run->length - over);
    memcpy(run->output + run->length - over, bytes, length);
    run->length += length - over;
}

static void close_stream(struct stream *stream) {
    if (!stream->open) return;
    stream->open = false;
    loop_unwatch(&stream->source);
    close(stream->source.fd);
}

static void drain(struct stream *stream) {
    uint8_t bytes[HOOK_OUTPUT];
    for (int i = 0; i < READS_AT_ONCE && stream->open; i++) {
        ssize_t got = read(stream->source.fd, bytes, sizeof bytes);
        if (got > 0) {
            keep(stream->run, bytes, (size_t)got);
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            close_stream(stream);
        } else if (errno == EAGAIN) {
            return;
        }
    }
}

static void on_output(struct source *source, uint32_t events) {
    (void)events;
    drain((struct stream *)source);
}

static void open_stream(struct stream *stream, struct run *run, struct reader *from) {
    *stream = (struct stream){.run = run, .open = true};
    stream->source = (struct source){.fd = reader_release(from), .ready = on_output};
    loop_watch(&stream->source, EPOLLIN);
}

static void stop_timer(struct run *run) {
    if (run->timer.ready == NULL) return;
    loop_unwatch(&run->timer);
    close(run->timer.fd);
    run->timer.ready = NULL;
}

static void report(struct run *run, const struct problem *problem, int status, bool late) {
    hook_done *done = run->done;
    struct hook_end end = {
        .problem = problem, .status = status, .late = late,
        .output = run->output, .length = run->length, .total = run->total};
    stop_timer(run);
    run->done = NULL;
    if (done != NULL) done(&end, run->context);
}

static void on_timeout(struct source *source, uint32_t events) {
    (void)events;
    struct run *run = (struct run *)((char *)source - offsetof(struct run, timer));
    drain(&run->out);
    drain(&run->err);
    if (run->process->pid > 0) kill(run->process->pid, SIGKILL);
    report(run, NULL, 128 + SIGKILL, true);
}

static void start_timer(struct run *run, uint32_t millis) {
    if (millis == 0) millis = TIMEOUT_USUAL;
    struct itimerspec limit = {
        .it_value = {.tv_sec = millis / 1000, .tv_nsec = (long)(millis % 1000) * 1000000}};
    run->timer = (struct source){
        .fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), .ready = on_timeout};
    timerfd_settime(run->timer.fd, 0, &limit, NULL);
    loop_watch(&run->timer, EPOLLIN);
}

// The process does not exist any more, or never did.
static void finish(struct run *run, const struct problem *problem, int status) {
    struct container *container = run->container;
    drain(&run->out);
    drain(&run->err);
    close_stream(&run->out);
    close_stream(&run->err);
    container_forget(container, run->process);
    report(run, problem, status, false);
    free(run);
    removal_continue(container);
}

static void on_made(struct process *process, enum status code, const char *error) {
    struct run *run = process->context;
    struct problem problem;
    if (error != NULL) {
        problem_set(&problem, code, "%s", error);
        finish(run, &problem, 0);
        return;
    }
    open_stream(&run->out, run, &process->out); // until now, crun's own message could come
    open_stream(&run->err, run, &process->err);
    if (run->done == NULL) kill(process->pid, SIGKILL); // its time was over before it began
    process_await_program(process, NULL);
}

static void on_ended(struct process *process) { finish(process->context, NULL, process->status); }

static const struct process_owner owner = {.made = on_made, .ended = on_ended};

// False with problem.
static bool start(
    struct run *run, const Vmfactory__Guest__V1__Hook *hook, struct problem *problem) {
    struct container *container = run->container;
    struct inherited whole;
    process_inherit(&whole, hook->process, container->asked);
    size_t length;
    char *json = spec_process(&whole.process, container->first->pid, &length, problem);
    if (json == NULL) return false;
    struct process *process = process_new(HOOK_ID, &whole.process, &owner, run);
    process->crun.oom_score_adj = (int)whole.process.oomscoreadj;
    bool started = process_exec(process, container->made_as, json, length);
    if (!started) problem_set(problem, STATUS_INTERNAL, "cannot start crun: %m");
    free(json);
    if (!started) {
        process_free(process);
        return false;
    }
    run->process = process;
    process->next = container->processes;
    container->processes = process;
    writer_close(&process->in);
    start_timer(run, hook->timeout_millis);
    return true;
}

void hook_run(const Vmfactory__Guest__V1__Hook *hook, hook_done *done, void *context) {
    struct problem problem;
    struct run *run = need(calloc(1, sizeof *run));
    *run = (struct run){.done = done, .context = context};
    if (hook_check(hook, &problem)) {
        run->container = container_find(hook->container_id);
        if (start(run, hook, &problem)) return;
    }
    report(run, &problem, 0, false);
    free(run);
}
