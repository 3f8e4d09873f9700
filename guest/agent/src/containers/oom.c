#include "oom.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../need.h"
#include "kata/agent.pb-c.h"

// The list keeps the latest events, at most one per container.
#define KEPT 64

static struct {
    char ids[KEPT][ID_SIZE];
    size_t n;
} events;

struct asker {
    struct call *call;
    struct asker *next;
};

static struct asker *askers; // the oldest first

static void forget_first(void) {
    events.n--;
    memmove(events.ids, events.ids + 1, events.n * sizeof *events.ids);
}

static void answer(struct call *call) {
    Grpc__OOMEvent event = GRPC__OOMEVENT__INIT;
    event.container_id = events.ids[0];
    call_reply(call, &event.base);
    forget_first();
}

static void add(const char *id) {
    for (size_t i = 0; i < events.n; i++) {
        if (strcmp(events.ids[i], id) == 0) return;
    }
    if (events.n == KEPT) forget_first();
    strcpy(events.ids[events.n++], id);
}

void oom_check(struct container *container) {
    uint64_t kills = cgroup_value(container->group, "memory.events", "oom_kill");
    if (kills <= container->oom_kills) return;
    container->oom_kills = kills;
    add(container->id);
    struct asker *asker = askers;
    if (asker == NULL) return;
    askers = asker->next;
    answer(asker->call);
    free(asker);
}

static void on_gone(void *context) {
    struct asker *asker = context, **at = &askers;
    while (*at != asker) at = &(*at)->next;
    *at = asker->next;
    free(asker);
}

static const struct keeper keeper = {.gone = on_gone};

void oom_ask(struct call *call) {
    if (events.n > 0) {
        answer(call);
        return;
    }
    struct asker *asker = need(malloc(sizeof *asker)), **end = &askers;
    while (*end != NULL) end = &(*end)->next;
    *end = asker;
    *asker = (struct asker){.call = call};
    call_keep(call, &keeper, asker);
}
