#include "hooks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../containers/container.h"
#include "../containers/field.h"
#include "../containers/hook.h"
#include "../need.h"
#include "services.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

#define MOST 16
#define TAIL 256 // bytes of a command's output in an error message

typedef Vmfactory__Guest__V1__Hook hook_message;

// The commands that run after a restore, and the rehearsals. They are in the agent's memory, and so in every snapshot.
static Vmfactory__Guest__V1__SetRestoreHooksRequest *after_restore, *rehearsals; // NULL = none

static Vmfactory__Guest__V1__SetRestoreHooksRequest **registered(bool rehearsal) {
    return rehearsal ? &rehearsals : &after_restore;
}

static bool is_due(const hook_message *hook) {
    struct container *container = container_find(hook->container_id);
    return container != NULL && !container_stopped(container);
}

uint32_t hooks_registered(bool rehearsal) {
    const Vmfactory__Guest__V1__SetRestoreHooksRequest *of = *registered(rehearsal);
    uint32_t due = 0;
    for (size_t i = 0; of != NULL && i < of->n_hooks; i++) due += is_due(of->hooks[i]);
    return due;
}

static void follow(Vmfactory__Guest__V1__SetRestoreHooksRequest *of, const char *id, const char *now) {
    for (size_t i = 0; of != NULL && i < of->n_hooks; i++) {
        char **container = &of->hooks[i]->container_id;
        if (strcmp(*container, id) != 0 || strcmp(id, now) == 0) continue;
        free(*container);
        *container = need(strdup(now));
    }
}

void hooks_follow(const char *id, const char *now) {
    follow(after_restore, id, now);
    follow(rehearsals, id, now);
}

void hooks_set(struct call *call, const ProtobufCMessage *message) {
    const Vmfactory__Guest__V1__SetRestoreHooksRequest *request = (const void *)message;
    struct problem problem;
    if (request->n_hooks > MOST) {
        call_fail(
            call, STATUS_INVALID_ARGUMENT, "SetRestoreHooks: %zu hooks, but at most %d are possible",
            request->n_hooks, MOST);
        return;
    }
    for (size_t i = 0; i < request->n_hooks; i++) {
        if (hook_check(request->hooks[i], &problem)) continue;
        call_fail(call, problem.code, "SetRestoreHooks: hooks[%zu]: %s", i, problem.text);
        return;
    }
    Vmfactory__Guest__V1__SetRestoreHooksRequest **to = registered(request->rehearsals);
    if (*to != NULL) protobuf_c_message_free_unpacked(&(*to)->base, NULL);
    *to = message_copy(message);
    call_reply_empty(call);
}

static void fill(Vmfactory__Guest__V1__HookResult *result, const struct hook_end *end) {
    vmfactory__guest__v1__hook_result__init(result);
    result->exit_status = end->status;
    result->timed_out = end->late;
    result->output.data = (uint8_t *)end->output;
    result->output.len = end->length;
    result->output_bytes = end->total;
}

static void on_end(const struct hook_end *end, void *context) {
    Vmfactory__Guest__V1__HookResult result;
    if (end->problem != NULL) {
        call_fail(context, end->problem->code, "RunHook: %s", end->problem->text);
        return;
    }
    fill(&result, end);
    call_reply(context, &result.base);
}

void hook_run_now(struct call *call, const ProtobufCMessage *message) {
    hook_run((const void *)message, on_end, call);
}

// The commands of one RunRestoreHooks. It works on a copy: another call may register others meanwhile.
static struct {
    struct call *call; // NULL = none is under way
    Vmfactory__Guest__V1__SetRestoreHooksRequest *hooks;
    size_t next;
    Vmfactory__Guest__V1__RunRestoreHooksResponse response;
} restore;

static void release_results(void) {
    for (size_t i = 0; i < restore.response.n_results; i++) {
        free(restore.response.results[i]->output.data);
        free(restore.response.results[i]);
    }
    free(restore.response.results);
    if (restore.hooks != NULL) protobuf_c_message_free_unpacked(&restore.hooks->base, NULL);
    restore.hooks = NULL;
    restore.call = NULL;
}

static void add_result(const struct hook_end *end) {
    size_t n = restore.response.n_results++;
    Vmfactory__Guest__V1__HookResult *result = need(malloc(sizeof *result));
    fill(result, end);
    result->output.data = need(malloc(end->length + 1));
    memcpy(result->output.data, end->output, end->length);
    restore.response.results = need(realloc(restore.response.results, (n + 1) * sizeof(void *)));
    restore.response.results[n] = result;
}

// Writes the end of the output as one line of printable characters.
static void print_tail(const struct hook_end *end, char text[TAIL + 1]) {
    size_t from = end->length > TAIL ? end->length - TAIL : 0, n = 0;
    for (size_t i = from; i < end->length; i++) {
        uint8_t byte = end->output[i];
        text[n++] = byte < ' ' || byte > '~' ? ' ' : (char)byte;
    }
    while (n > 0 && text[n - 1] == ' ') n--;
    text[n] = '\0';
}

static void fail_restore(const hook_message *hook, const struct hook_end *end) {
    char why[512], tail[TAIL + 1];
    print_tail(end, tail);
    if (end->problem != NULL) {
        snprintf(why, sizeof why, "could not be run: %s", end->problem->text);
    } else if (end->late) {
        snprintf(why, sizeof why, "did not end within its time limit");
    } else {
        snprintf(why, sizeof why, "ended with status %d", end->status);
    }
    call_fail(
        restore.call, STATUS_ABORTED, "%s \"%.64s\" of container %s %.300s%s%s",
        restore.hooks->rehearsals ? "rehearsal" : "after_restore hook", hook_name(hook), hook->container_id, why,
        *tail == '\0' ? "" : "; its output ends with: ", tail);
}

static void run_next(void);

static void on_restore_end(const struct hook_end *end, void *context) {
    if (end->problem != NULL || end->late || end->status != 0) {
        fail_restore(context, end);
        release_results();
        return;
    }
    add_result(end);
    run_next();
}

static void run_next(void) {
    while (restore.hooks != NULL && restore.next < restore.hooks->n_hooks) {
        hook_message *hook = restore.hooks->hooks[restore.next++];
        if (!is_due(hook)) continue;
        hook_run(hook, on_restore_end, hook);
        return;
    }
    call_reply(restore.call, &restore.response.base);
    release_results();
}

void hooks_run_restore(struct call *call, const ProtobufCMessage *message) {
    const Vmfactory__Guest__V1__RunRestoreHooksRequest *request = (const void *)message;
    const Vmfactory__Guest__V1__SetRestoreHooksRequest *of = *registered(request->rehearsals);
    if (restore.call != NULL) {
        call_fail(call, STATUS_FAILED_PRECONDITION, "RunRestoreHooks: another call runs them");
        return;
    }
    restore.call = call;
    restore.hooks = of == NULL ? NULL : message_copy(&of->base);
    restore.next = 0;
    vmfactory__guest__v1__run_restore_hooks_response__init(&restore.response);
    run_next();
}
