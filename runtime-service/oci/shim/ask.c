#include "ask.h"

#include <stdlib.h>
#include <string.h>

#include "need.h"
#include "relay.h"
#include "service.h"
#include "status.h"

static const char *space_name;

void ask_in(const char *space) { space_name = space; }
const char *ask_space(void) { return space_name; }

struct bytes ask_request(const struct process *process) { return request_for(space_name, process->id); }

static void forget(struct ask *ask) {
    free(ask->id);
    free(ask->exec);
    free(ask);
}

static struct process *asked_for(const struct ask *ask) {
    struct process *process = process_any(ask->id, ask->exec);
    return process != NULL && process->standin.pid == ask->standin ? process : NULL;
}

static void on_done(void *context, int code, const uint8_t *bytes, size_t length) {
    struct ask *ask = context;
    struct process *process = asked_for(ask);
    struct bytes reply = {0};
    bytes_add(&reply, bytes, length);
    if (process != NULL && process->asking == ask) process->asking = NULL;
    if (code == 0 || code == ask->success) {
        ask->then(ask, process, &reply);
    } else {
        if (ask->undo != NULL) ask->undo(ask, process);
        client_refuse(ask->caller, code, "%.*s", (int)length, (const char *)reply.at);
    }
    free(reply.at);
    forget(ask);
}

static struct ask *keep(const struct ask *ask, const struct process *process) {
    struct ask *kept = need(malloc(sizeof *kept));
    *kept = *ask;
    kept->id = text_of((const uint8_t *)process->id, strlen(process->id));
    kept->exec = text_of((const uint8_t *)process->exec, strlen(process->exec));
    kept->standin = process->standin.pid;
    return kept;
}

void ask_apart(struct ask ask, const struct process *process, apart_work work) {
    apart_run(work, process->id, process->standin.pid, on_done, keep(&ask, process));
}

void ask_service(
    struct ask ask, struct process *process, const char *method, struct bytes *request, unsigned seconds, bool patient) {
    struct ask *kept = keep(&ask, process);
    if (process->making) process->asking = kept;
    relay_call(method, request, seconds, patient, on_done, kept);
}

void ask_cancel(struct process *process) {
    struct ask *ask = process->asking;
    if (ask == NULL) return;
    process->asking = NULL;
    relay_cancel(ask);
    client_refuse(ask->caller, STATUS_ABORTED, "the container was removed while it was being made");
    forget(ask);
}
