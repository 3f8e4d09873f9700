#include "tasks.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "creation.h"
#include "events.h"
#include "process.h"
#include "starting.h"
#include "status.h"
#include "tick.h"

#define SECONDS 60

// The shim's verb `delete` does not wait longer. What is not removed then is removed when the keeper has ended.
#define DELETE_SECONDS 2

// Then its stand-in is killed, and the service ends the container's VM.
#define KILL_MS 10000

static bool over;

bool tasks_over(void) { return over && process_none(); }

// The fields of requests that name a process, or are plain numbers.
struct words {
    char *id, *exec;
    uint64_t number[8];
    struct field field[8];
};

static struct words read_words(const uint8_t *payload, size_t length) {
    struct words words = {0};
    struct reader reader = reader_of(payload, length);
    struct field field;
    while (next_field(&reader, &field)) {
        if (field.number == 1 && words.id == NULL) words.id = text_of(field.bytes, field.length);
        if (field.number == 2 && words.exec == NULL) words.exec = text_of(field.bytes, field.length);
        if (field.number < 8) {
            words.number[field.number] = field.value;
            words.field[field.number] = field;
        }
    }
    if (words.id == NULL) words.id = text_of(NULL, 0);
    if (words.exec == NULL) words.exec = text_of(NULL, 0);
    return words;
}

static void answer_empty(struct caller caller) { client_answer(caller, &(struct bytes){0}); }

static void answer(struct caller caller, struct bytes *payload) {
    client_answer(caller, payload);
    free(payload->at);
}

static void publish(const char *topic, const char *name, const struct process *process, unsigned pid_field) {
    struct bytes event = {0};
    put_text(&event, 1, process->id);
    if (*process->exec != '\0') put_text(&event, 2, process->exec);
    if (pid_field > 0) put_number(&event, pid_field, (uint64_t)process->standin.pid);
    events_publish(topic, name, &event);
    free(event.at);
}

static void refuse_phase(struct caller caller, const struct process *process, const char *verb) {
    static const char *const names[] = {"", "created", "running", "stopped", "paused"};
    client_refuse(
        caller, STATUS_FAILED_PRECONDITION, "cannot %s %s %s: it is %s", verb,
        *process->exec == '\0' ? "container" : "process", *process->exec == '\0' ? process->id : process->exec,
        names[process->phase]);
}

// --- Start

static void start(struct caller caller, const struct words *words, struct process *process) {
    (void)words;
    if (process->phase != CREATED_PHASE || process->busy) {
        refuse_phase(caller, process, "start");
    } else if (*process->exec != '\0') {
        creation_exec(caller, process);
    } else {
        starting_begin(caller, process);
    }
}

// --- Delete

static void deleted(struct ask *ask, struct process *process, const struct bytes *reply) {
    struct bytes event = {0}, payload = {0};
    (void)reply;
    if (process == NULL) {
        client_refuse(ask->caller, STATUS_NOT_FOUND, "container %s does not exist", ask->id);
        return;
    }
    if (!process->ended) {
        process_drop(process);
        process_ended(process, 128 + SIGKILL);
    }
    put_number(&payload, 1, (uint64_t)process->standin.pid);
    put_exit(&payload, process, 2);
    put_text(&event, 1, process->id);
    put_number(&event, 2, (uint64_t)process->standin.pid);
    put_exit(&event, process, 3);
    put_text(&event, 5, "");
    events_publish("/tasks/delete", "TaskDelete", &event);
    free(event.at);
    process_remove(process);
    answer(ask->caller, &payload);
}

static void delete_container(struct caller caller, struct process *process) {
    struct bytes request = ask_request(process);
    put_number(&request, 3, true);
    ask_service((struct ask){.caller = caller, .then = deleted, .success = STATUS_NOT_FOUND}, process, "DeleteContainer",
                &request, SECONDS, true);
}

static void delete(struct caller caller, const struct words *words, struct process *process) {
    (void)words;
    bool runs = process->phase == RUNNING_PHASE || process->phase == PAUSED_PHASE || process->busy;
    if (runs) {
        refuse_phase(caller, process, "delete");
    } else if (*process->exec == '\0') {
        delete_container(caller, process);
    } else {
        struct bytes payload = {0};
        put_number(&payload, 1, (uint64_t)process->standin.pid);
        put_exit(&payload, process, 2);
        process_remove(process);
        answer(caller, &payload);
    }
}

// --- Pause, Resume, Update, Stats

static void paused(struct ask *ask, struct process *process, const struct bytes *reply) {
    (void)reply;
    if (process != NULL && process->phase == RUNNING_PHASE) {
        process->phase = PAUSED_PHASE;
        publish("/tasks/paused", "TaskPaused", process, 0);
    }
    answer_empty(ask->caller);
}

static void resumed(struct ask *ask, struct process *process, const struct bytes *reply) {
    (void)reply;
    if (process != NULL && process->phase == PAUSED_PHASE) {
        process->phase = RUNNING_PHASE;
        publish("/tasks/resumed", "TaskResumed", process, 0);
    }
    answer_empty(ask->caller);
}

static void freeze(struct caller caller, const struct words *words, struct process *process) {
    (void)words;
    if (process->phase != RUNNING_PHASE) {
        refuse_phase(caller, process, "pause");
        return;
    }
    struct bytes request = ask_request(process);
    ask_service((struct ask){.caller = caller, .then = paused}, process, "PauseContainer", &request, SECONDS, true);
}

static void thaw(struct caller caller, const struct words *words, struct process *process) {
    (void)words;
    if (process->phase != PAUSED_PHASE) {
        refuse_phase(caller, process, "resume");
        return;
    }
    struct bytes request = ask_request(process);
    ask_service((struct ask){.caller = caller, .then = resumed}, process, "ResumeContainer", &request, SECONDS, true);
}

static void pass_on(struct ask *ask, struct process *process, const struct bytes *reply) {
    (void)process;
    client_answer(ask->caller, reply);
}

// The answers of the service begin as those of containerd.
static void stats(struct caller caller, const struct words *words, struct process *process) {
    (void)words;
    struct bytes request = ask_request(process);
    ask_service((struct ask){.caller = caller, .then = pass_on}, process, "StatContainer", &request, SECONDS, true);
}

static void update(struct caller caller, const struct words *words, struct process *process) {
    struct bytes request = ask_request(process);
    struct reader any = reader_of(words->field[2].bytes, words->field[2].length);
    struct field field;
    while (next_field(&any, &field)) {
        if (field.number == 2) put_bytes(&request, 3, field.bytes, field.length);
    }
    ask_service((struct ask){.caller = caller, .then = pass_on}, process, "UpdateContainer", &request, SECONDS, true);
}

// --- what needs no service

static void state(struct caller caller, const struct words *words, struct process *process) {
    (void)words;
    struct bytes reply = process_state(process);
    answer(caller, &reply);
}

static void pids(struct caller caller, const struct words *words, struct process *process) {
    (void)words;
    struct bytes reply = process_pids(process->id);
    answer(caller, &reply);
}

static void send_signal(struct caller caller, const struct words *words, struct process *process) {
    uint64_t number = words->number[3];
    if (process->phase == STOPPED_PHASE || process->ended || !process->posted) {
        client_refuse(caller, STATUS_NOT_FOUND, "process %s is not running", process->exec);
    } else if (number < 1 || number > 64) {
        client_refuse(caller, STATUS_INVALID_ARGUMENT, "signal: there is no signal with this number");
    } else {
        bool first = *process->exec == '\0';
        standin_signal(&process->standin, (int)number, first && words->number[4] != 0);
        if (number == SIGKILL && first && process->kill_by == 0) process->kill_by = tick_now() + KILL_MS;
        answer_empty(caller);
    }
}

static void resize(struct caller caller, const struct words *words, struct process *process) {
    process_resize(process, (unsigned)words->number[4], (unsigned)words->number[3]);
    answer_empty(caller);
}

static void close_io(struct caller caller, const struct words *words, struct process *process) {
    if (words->number[3] != 0) process_close_input(process);
    answer_empty(caller);
}

static void wait_for(struct caller caller, const struct words *words, struct process *process) {
    (void)words;
    if (process->phase == STOPPED_PHASE) {
        struct bytes reply = {0};
        put_exit(&reply, process, 1);
        answer(caller, &reply);
    } else {
        process_await(process, caller);
    }
}

static void connected(struct caller caller, const struct words *words, struct process *process) {
    (void)words;
    struct bytes reply = {0};
    put_number(&reply, 1, (uint64_t)getpid());
    put_number(&reply, 2, (uint64_t)process->standin.pid);
    answer(caller, &reply);
}

static void checkpoint(struct caller caller, const struct words *words, struct process *process) {
    (void)words;
    client_refuse(caller, STATUS_UNIMPLEMENTED, "cannot checkpoint container %s: a VM has no checkpoints", process->id);
}

// --- Shutdown

static void removed(struct ask *ask, struct process *process, const struct bytes *reply) {
    (void)reply;
    if (process != NULL) process_remove(process);
    over = process_none();
    answer_empty(ask->caller);
}

static void not_removed(struct ask *ask, struct process *process) { removed(ask, process, NULL); }

// Containerd has forgotten the container: `delete` says so with "now".
static void forget(struct caller caller, struct process *process) {
    ask_cancel(process);
    process_drop(process);
    struct bytes request = ask_request(process);
    put_number(&request, 3, true);
    ask_service((struct ask){.caller = caller, .then = removed, .undo = not_removed}, process, "DeleteContainer", &request,
                DELETE_SECONDS, false);
}

static void shutdown_keeper(struct caller caller, const struct words *words) {
    struct process *process = process_any(words->id, "");
    if (words->number[2] != 0 && process != NULL) {
        forget(caller, process);
        return;
    }
    over = process_none();
    answer_empty(caller);
}

// --- all calls

// Which field of a request names the process beside the container.
enum name { CONTAINER, PROCESS };

static const struct {
    const char *name;
    enum name named;
    void (*run)(struct caller caller, const struct words *words, struct process *process);
} methods[] = {
    {"State", PROCESS, state},       {"Start", PROCESS, start},         {"Delete", PROCESS, delete},
    {"Pids", CONTAINER, pids},       {"Pause", CONTAINER, freeze},      {"Resume", CONTAINER, thaw},
    {"Kill", PROCESS, send_signal},  {"ResizePty", PROCESS, resize},    {"CloseIO", PROCESS, close_io},
    {"Update", CONTAINER, update},   {"Wait", PROCESS, wait_for},       {"Stats", CONTAINER, stats},
    {"Connect", CONTAINER, connected}, {"Checkpoint", CONTAINER, checkpoint},
};

static void run(struct caller caller, const char *method, const struct words *words) {
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (strcmp(method, methods[i].name) != 0) continue;
        const char *exec = methods[i].named == PROCESS ? words->exec : "";
        struct process *process = process_find(words->id, exec);
        if (process != NULL) {
            methods[i].run(caller, words, process);
        } else {
            client_refuse(caller, STATUS_NOT_FOUND, "%s %s does not exist", *exec == '\0' ? "container" : "process",
                          *exec == '\0' ? words->id : exec);
        }
        return;
    }
    client_refuse(caller, STATUS_UNIMPLEMENTED, "there is no call %s", method);
}

void tasks_request(struct caller caller, const char *method, const uint8_t *payload, size_t length) {
    struct words words = read_words(payload, length);
    if (strcmp(method, "Create") == 0) {
        creation_create(caller, payload, length);
    } else if (strcmp(method, "Exec") == 0) {
        creation_add(caller, payload, length);
    } else if (strcmp(method, "Shutdown") == 0) {
        shutdown_keeper(caller, &words);
    } else {
        run(caller, method, &words);
    }
    free(words.id);
    free(words.exec);
}
