#include "events.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "dial.h"
#include "folder.h"
#include "need.h"

#define EVENTS "containerd.services.events.ttrpc.v1.Events"

// A containerd that never comes back must not cost all memory.
#define MOST_WAITING 4096

struct event {
    struct bytes request;
    struct event *next;
};

static void forward(void);

static const char *space_name;
static struct folder_watcher containerd = {.changed = forward};
static struct event *first, **last = &first;
static unsigned waiting;
static struct dial dial = {.source.fd = -1};

void events_to(const char *socket, const char *space) {
    containerd.socket = socket;
    space_name = space;
}

bool events_wait(void) { return first != NULL; }

static void remove_first(void) {
    struct event *event = first;
    first = event->next;
    if (first == NULL) last = &first;
    waiting--;
    free(event->request.at);
    free(event);
}

// A refused event would be refused again.
static void on_answer(struct dial *self, const struct answer *answer) {
    if (answer->code != 0) {
        dprintf(2, "vmfactory: containerd refused an event: %.*s\n", (int)answer->message_length,
                (const char *)answer->message);
    }
    remove_first();
    dial_close(self);
    forward();
}

static void on_loss(struct dial *self) {
    (void)self;
    if (folder_watch(&containerd)) forward();
}

static void forward(void) {
    if (first == NULL || dial.source.fd >= 0) return;
    dial.answered = on_answer;
    dial.lost = on_loss;
    dial_open(&dial, containerd.socket, &first->request);
}

void put_time(struct bytes *message, unsigned field, const struct timespec *time) {
    struct bytes stamp = {0};
    put_number(&stamp, 1, (uint64_t)time->tv_sec);
    put_number(&stamp, 2, (uint64_t)time->tv_nsec);
    put_message(message, field, &stamp);
    free(stamp.at);
}

static struct bytes request_of(const char *topic, const char *name, const struct bytes *message) {
    char type[64];
    struct timespec now;
    struct bytes any = {0}, envelope = {0}, request = {0}, frame = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(type, sizeof type, "containerd.events.%s", name);
    put_text(&any, 1, type);
    put_message(&any, 2, message);
    put_time(&envelope, 1, &now);
    put_text(&envelope, 2, space_name);
    put_text(&envelope, 3, topic);
    put_message(&envelope, 4, &any);
    put_message(&request, 1, &envelope);
    put_request(&frame, DIAL_STREAM, EVENTS, "Forward", &request, 0);
    free(any.at);
    free(envelope.at);
    free(request.at);
    return frame;
}

void events_publish(const char *topic, const char *name, const struct bytes *message) {
    if (waiting == MOST_WAITING) {
        dprintf(2, "vmfactory: containerd is away, and an event is lost: %s\n", topic);
        return;
    }
    struct event *event = need(calloc(1, sizeof *event));
    event->request = request_of(topic, name, message);
    *last = event;
    last = &event->next;
    waiting++;
    forward();
    if (dial.source.fd < 0 && folder_watch(&containerd)) forward();
}
