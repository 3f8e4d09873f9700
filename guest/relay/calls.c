#include "calls.h"

#include <stdlib.h>
#include <sys/random.h>

#include "need.h"

#define BUCKETS 1024u

struct call {
    uint32_t id;
    uint32_t stream;
    struct client *client;
    struct call *next;
};

static struct call *buckets[BUCKETS];
static uint32_t last;

// Ids of clients are odd.
static struct call **bucket_of(uint32_t id) { return &buckets[(id >> 1) % BUCKETS]; }

static struct call **find(uint32_t id) {
    struct call **at = bucket_of(id);
    while (*at != NULL && (*at)->id != id) at = &(*at)->next;
    return at;
}

void calls_start(void) {
    if (getrandom(&last, sizeof last, 0) != sizeof last) abort();
    last |= 1;
}

uint32_t calls_next_id(void) {
    do last += 2;
    while (*find(last) != NULL);
    return last;
}

uint32_t calls_add(struct client *client, uint32_t stream) {
    struct call *call = need(malloc(sizeof *call));
    uint32_t id = calls_next_id();
    *call = (struct call){.id = id, .stream = stream, .client = client, .next = *bucket_of(id)};
    *bucket_of(id) = call;
    return id;
}

static void take_out(struct call **at) {
    struct call *call = *at;
    *at = call->next;
    free(call);
}

struct client *calls_take(uint32_t id, uint32_t *stream) {
    struct call **at = find(id);
    if (*at == NULL) return NULL;
    struct client *client = (*at)->client;
    *stream = (*at)->stream;
    take_out(at);
    return client;
}

void calls_drop(const struct client *client, void (*gone)(uint32_t id)) {
    for (struct call **bucket = buckets; bucket < buckets + BUCKETS; bucket++) {
        struct call **at = bucket;
        while (*at != NULL) {
            if ((*at)->client != client) {
                at = &(*at)->next;
                continue;
            }
            uint32_t id = (*at)->id;
            take_out(at);
            gone(id);
        }
    }
}
