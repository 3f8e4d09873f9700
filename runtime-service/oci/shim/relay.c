#include "relay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dial.h"
#include "folder.h"
#include "need.h"
#include "service.h"
#include "status.h"
#include "tick.h"

struct relay {
    struct dial dial; // the first member
    struct bytes request; // its frame
    int64_t deadline;
    relay_done done;
    void *context;
    struct relay *next;
};

static struct relay *relays;

static void remove_relay(struct relay *relay) {
    struct relay **at = &relays;
    while (*at != relay) at = &(*at)->next;
    *at = relay->next;
    dial_close(&relay->dial);
    free(relay->request.at);
    free(relay);
}

static void end(struct relay *relay, int code, const uint8_t *bytes, size_t length) {
    relay_done done = relay->done;
    void *context = relay->context;
    remove_relay(relay);
    done(context, code, bytes, length);
}

static void refuse(struct relay *relay, int code, const char *text) {
    end(relay, code, (const uint8_t *)text, strlen(text));
}

static void refuse_not_running(struct relay *relay) {
    char text[512];
    snprintf(text, sizeof text, SERVICE_NOT_RUNNING, service_socket());
    refuse(relay, STATUS_UNAVAILABLE, text);
}

static void on_answer(struct dial *dial, const struct answer *answer) {
    struct relay *relay = (struct relay *)dial;
    if (answer->code == 0) {
        end(relay, 0, answer->payload, answer->payload_length);
    } else {
        end(relay, answer->code, answer->message, answer->message_length);
    }
}

static void again(void);

static struct folder_watcher service = {.changed = again};

static bool reached(struct relay *relay) { return dial_open(&relay->dial, service_socket(), &relay->request); }

static bool await_service(void) {
    service.socket = service_socket();
    return folder_watch(&service);
}

// The next service begins with what the last one has left.
static void on_loss(struct dial *dial) {
    struct relay *relay = (struct relay *)dial;
    if (!await_service()) {
        refuse_not_running(relay);
    } else if (!reached(relay)) { // it may have come before it was watched for
        service_ring();
    }
}

static void again(void) {
    for (struct relay *relay = relays; relay != NULL; relay = relay->next) {
        if (relay->dial.source.fd < 0) reached(relay);
    }
}

void relay_call(
    const char *method, struct bytes *request, unsigned seconds, bool patient, relay_done done, void *context) {
    struct relay *relay = need(calloc(1, sizeof *relay));
    relay->dial = (struct dial){.source.fd = -1, .answered = on_answer, .lost = on_loss};
    relay->deadline = tick_now() + 1000 * (int64_t)seconds;
    relay->done = done;
    relay->context = context;
    relay->next = relays;
    relays = relay;
    put_request(&relay->request, DIAL_STREAM, SERVICE, method, request, seconds * UINT64_C(1000000000));
    free(request->at);
    if (reached(relay)) return;
    bool comes = service_ring() || patient;
    if (!comes || !await_service()) {
        refuse_not_running(relay);
    } else {
        reached(relay);
    }
}

void relay_cancel(const void *context) {
    for (struct relay *relay = relays, *next; relay != NULL; relay = next) {
        next = relay->next;
        if (relay->context == context) remove_relay(relay);
    }
}

int relay_limit(void) {
    int64_t limit = -1;
    for (struct relay *relay = relays; relay != NULL; relay = relay->next) {
        int64_t left = relay->deadline - tick_now();
        if (left < 0) left = 0;
        if (limit < 0 || left < limit) limit = left;
    }
    return (int)limit;
}

static struct relay *overdue(void) {
    struct relay *relay = relays;
    while (relay != NULL && relay->deadline > tick_now()) relay = relay->next;
    return relay;
}

void relay_expire(void) {
    struct relay *relay;
    while ((relay = overdue()) != NULL) refuse(relay, STATUS_DEADLINE_EXCEEDED, "the runtime service has not answered");
}
