#include "process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ask.h"
#include "events.h"
#include "need.h"
#include "tick.h"

static struct process *processes;

struct process *process_any(const char *id, const char *exec) {
    struct process *process = processes;
    while (process != NULL && (strcmp(process->id, id) != 0 || strcmp(process->exec, exec) != 0)) process = process->next;
    return process;
}

struct process *process_find(const char *id, const char *exec) {
    struct process *process = process_any(id, exec);
    return process != NULL && process->making ? NULL : process;
}

struct process *process_of(pid_t standin) {
    struct process *process = processes;
    while (process != NULL && process->standin.pid != standin) process = process->next;
    return process;
}

bool process_none(void) { return processes == NULL; }

struct process *process_add(char *id, char *exec) {
    struct process *process = need(calloc(1, sizeof *process));
    process->control.fd = -1;
    process->id = id;
    process->exec = exec;
    process->phase = CREATED_PHASE;
    process->next = processes;
    processes = process;
    return process;
}

static void release(struct process *process) {
    if (process->control.fd >= 0) {
        loop_unwatch(&process->control);
        close(process->control.fd);
        process->control.fd = -1;
    }
}

static void answer_waiters(struct process *process) {
    struct bytes answer = {0};
    put_exit(&answer, process, 1);
    while (process->waiters != NULL) {
        struct waiter *waiter = process->waiters;
        process->waiters = waiter->next;
        client_answer(waiter->caller, &answer);
        free(waiter);
    }
    free(answer.at);
}

void process_await(struct process *process, struct caller caller) {
    struct waiter *waiter = need(malloc(sizeof *waiter));
    *waiter = (struct waiter){caller, process->waiters};
    process->waiters = waiter;
}

static void remove_one(struct process *process) {
    struct process **at = &processes;
    while (*at != process) at = &(*at)->next;
    *at = process->next;
    release(process);
    answer_waiters(process);
    for (int i = 0; i < 3; i++) free(process->streams.name[i]);
    free(process->id);
    free(process->exec);
    free(process->guest_id);
    free(process->bundle);
    free(process->spec.at);
    free(process);
}

void process_remove(struct process *process) {
    if (*process->exec == '\0') {
        for (struct process *added = processes, *next; added != NULL; added = next) {
            next = added->next;
            if (added != process && strcmp(added->id, process->id) == 0) {
                process_drop(added);
                remove_one(added);
            }
        }
    }
    remove_one(process);
}

static void take_word(const struct process *process, const char *word) {
    struct bytes event = {0};
    if (strcmp(word, STANDIN_OOM) != 0) return;
    put_text(&event, 1, process->id);
    events_publish("/tasks/oom", "TaskOOM", &event);
    free(event.at);
}

// Takes all that the stand-in has reported.
static void on_control(struct source *source, uint32_t events) {
    struct process *process = (struct process *)source;
    (void)events;
    for (;;) {
        char word[64] = {0};
        ssize_t got = recv(source->fd, word, sizeof word - 1, MSG_DONTWAIT);
        if (got > 0) {
            take_word(process, word);
        } else if (got < 0 && errno == EINTR) {
            continue;
        } else {
            if (got == 0) release(process); // SIGCHLD follows
            return;
        }
    }
}

bool process_stand(struct process *process, struct bytes *why) {
    struct streams streams;
    if (!streams_open(&streams, &process->streams, why)) return false;
    bool started = standin_keep(&process->standin, &streams);
    if (!started) bytes_format(why, "cannot make a process: %s", strerror(errno));
    streams_close(&streams);
    if (!started) return false;
    process->control = (struct source){process->standin.control, on_control};
    loop_watch(&process->control, EPOLLIN);
    return true;
}

const char *process_post(struct process *process, const struct container *container) {
    struct post post = {
        .space = ask_space(),
        .container = process->id,
        .exec = process->guest_id,
        .terminal = process->streams.terminal,
        .reports = *process->exec == '\0',
        .network = container->network,
        .shares_network = container->shares_vm,
        .resolv_conf = container->resolv_conf,
        .ports = container->ports,
        .port_count = container->port_count,
    };
    const char *failure = standin_post(&process->standin, &post);
    if (failure != NULL) return failure;
    process->networked = container->network != NULL && !container->shares_vm;
    process->posted = true;
    if (process->networked) standin_serve_names(&process->standin, container->resolv_conf);
    if (process->input_closed) standin_close_input(&process->standin);
    if (process->rows > 0) standin_resize(&process->standin, process->rows, process->columns);
    return NULL;
}

void process_close_input(struct process *process) {
    process->input_closed = true;
    if (process->posted) standin_close_input(&process->standin);
}

void process_resize(struct process *process, unsigned rows, unsigned columns) {
    process->rows = rows;
    process->columns = columns;
    if (process->posted) standin_resize(&process->standin, rows, columns);
}

void process_drop(struct process *process) {
    if (process->standin.pid > 0 && !process->ended) kill(process->standin.pid, SIGKILL);
    process->ended = true;
}

static void publish_exit(const struct process *process) {
    struct bytes event = {0};
    put_text(&event, 1, process->id);
    put_text(&event, 2, *process->exec == '\0' ? process->id : process->exec);
    put_number(&event, 3, (uint64_t)process->standin.pid);
    put_exit(&event, process, 4);
    events_publish("/tasks/exit", "TaskExit", &event);
    free(event.at);
}

void process_report(struct process *process) {
    if (!process->ended || process->busy || process->phase == STOPPED_PHASE) return;
    process->phase = STOPPED_PHASE;
    process->kill_by = 0;
    publish_exit(process);
    answer_waiters(process);
}

void process_ended(struct process *process, int status) {
    if (process->control.fd >= 0) on_control(&process->control, 0);
    process->ended = true;
    process->exit_status = status;
    clock_gettime(CLOCK_REALTIME, &process->exited_at);
    process_report(process);
}

int process_limit(void) {
    int64_t limit = -1;
    for (struct process *process = processes; process != NULL; process = process->next) {
        if (process->kill_by == 0 || process->ended) continue;
        int64_t left = process->kill_by - tick_now();
        if (left <= 0) {
            kill(process->standin.pid, SIGKILL); // the service, which watches it, ends the container or its VM
            process->kill_by = 0;
        } else if (limit < 0 || left < limit) {
            limit = left;
        }
    }
    return (int)limit;
}

void put_exit(struct bytes *answer, const struct process *process, unsigned first_field) {
    put_number(answer, first_field, (uint64_t)process->exit_status);
    put_time(answer, first_field + 1, &process->exited_at);
}

struct bytes process_state(const struct process *process) {
    struct bytes answer = {0};
    put_text(&answer, 1, process->id);
    put_text(&answer, 2, process->bundle == NULL ? "" : process->bundle);
    put_number(&answer, 3, (uint64_t)process->standin.pid);
    put_number(&answer, 4, process->phase);
    for (unsigned i = 0; i < 3; i++) put_text(&answer, 5 + i, process->streams.name[i]);
    put_number(&answer, 8, process->streams.terminal);
    if (process->phase == STOPPED_PHASE) put_exit(&answer, process, 9);
    put_text(&answer, 11, process->exec);
    return answer;
}

static void put_pid(struct bytes *answer, const struct process *process) {
    struct bytes info = {0}, details = {0}, any = {0};
    put_number(&info, 1, (uint64_t)process->standin.pid);
    if (*process->exec != '\0') {
        put_text(&details, 1, process->exec);
        put_text(&any, 1, "containerd.runc.v1.ProcessDetails");
        put_message(&any, 2, &details);
        put_message(&info, 2, &any);
    }
    put_message(answer, 1, &info);
    free(info.at);
    free(details.at);
    free(any.at);
}

struct bytes process_pids(const char *id) {
    struct bytes answer = {0};
    for (struct process *process = processes; process != NULL; process = process->next) {
        // The first one always: containerd removes a task without processes when it starts.
        bool shown = *process->exec == '\0' || (process->standin.pid > 0 && process->phase != STOPPED_PHASE);
        if (shown && strcmp(process->id, id) == 0) put_pid(&answer, process);
    }
    return answer;
}
