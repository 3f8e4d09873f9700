#include "starting.h"

#include <stdlib.h>

#include "ask.h"
#include "events.h"
#include "network.h"

#define SECONDS 60

static void started(struct ask *ask, struct process *process, const struct bytes *reply) {
    struct bytes event = {0}, answer = {0};
    (void)reply;
    if (process == NULL) return;
    process->busy = false;
    process->phase = RUNNING_PHASE;
    put_text(&event, 1, process->id);
    put_number(&event, 2, (uint64_t)process->standin.pid);
    events_publish("/tasks/start", "TaskStart", &event);
    put_number(&answer, 1, (uint64_t)process->standin.pid);
    client_answer(ask->caller, &answer);
    process_report(process);
    free(event.at);
    free(answer.at);
}

static void not_started(struct ask *ask, struct process *process) {
    (void)ask;
    if (process == NULL) return;
    process->busy = false;
    process_report(process);
}

static void start(struct ask *ask, struct process *process, const struct bytes *nothing) {
    (void)nothing;
    if (process == NULL) return;
    struct bytes request = ask_request(process);
    ask_service((struct ask){.caller = ask->caller, .then = started, .undo = not_started}, process, "StartContainer",
                &request, SECONDS, true);
}

static void redirect(const char *id, pid_t standin, struct bytes *nothing) {
    (void)nothing;
    network_redirect(id, standin);
}

static void connected(struct ask *ask, struct process *process, const struct bytes *reply) {
    (void)reply;
    if (process == NULL) return;
    ask_apart((struct ask){.caller = ask->caller, .then = start, .undo = not_started}, process, redirect);
}

static void listed(struct ask *ask, struct process *process, const struct bytes *network) {
    if (process == NULL || network->length == 0) {
        start(ask, process, NULL);
        return;
    }
    struct bytes request = ask_request(process);
    bytes_add(&request, network->at, network->length);
    ask_service((struct ask){.caller = ask->caller, .then = connected, .undo = not_started}, process, "ConnectNetwork",
                &request, SECONDS, true);
}

void starting_begin(struct caller caller, struct process *process) {
    struct ask ask = {.caller = caller, .then = listed, .undo = not_started};
    process->busy = true;
    if (process->networked) {
        ask_apart(ask, process, network_list);
    } else {
        start(&ask, process, NULL);
    }
}
