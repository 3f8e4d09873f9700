#include "dialogue.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../loop.h"
#include "../need.h"

#define CONNECTIONS 16
#define HEAD 2 // the length before a message

struct dialogue {
    struct source source; // the first member; fd = 0: free
    struct in_addr server;
    dialogue_asked asked;
    uint32_t query; // 0 = none
    uint64_t began; // which connection this is
    uint8_t *bytes; // what is read, or what is to be written
    size_t length, done;
};

static struct dialogue all[CONNECTIONS];
static uint64_t begun;

static void end(struct dialogue *dialogue) {
    if (dialogue->source.fd <= 0) return;
    loop_unwatch(&dialogue->source);
    close(dialogue->source.fd);
    free(dialogue->bytes);
    *dialogue = (struct dialogue){.query = 0};
}

static void watch(struct dialogue *dialogue, uint32_t events) {
    loop_unwatch(&dialogue->source);
    loop_watch(&dialogue->source, events);
}

static void expect(struct dialogue *dialogue) {
    free(dialogue->bytes);
    dialogue->bytes = need(malloc(HEAD));
    dialogue->length = HEAD;
    dialogue->done = 0;
    dialogue->query = 0;
}

static size_t length_in(const uint8_t *head) { return (size_t)head[0] << 8 | head[1]; }

// Something is whole: the length, then the message.
static void take(struct dialogue *dialogue) {
    size_t length = length_in(dialogue->bytes);
    if (dialogue->length == HEAD && length > 0) {
        dialogue->bytes = need(realloc(dialogue->bytes, HEAD + length));
        dialogue->length = HEAD + length;
        return;
    }
    if (length == 0) {
        end(dialogue);
        return;
    }
    uint8_t *message = need(malloc(length));
    memcpy(message, dialogue->bytes + HEAD, length);
    watch(dialogue, 0); // one query at a time
    dialogue->query = dialogue->asked(dialogue->server, message, length);
}

static void receive(struct dialogue *dialogue) {
    ssize_t got = recv(
        dialogue->source.fd, dialogue->bytes + dialogue->done, dialogue->length - dialogue->done, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        end(dialogue);
        return;
    }
    dialogue->done += (size_t)got;
    if (dialogue->done == dialogue->length) take(dialogue);
}

static void give(struct dialogue *dialogue) {
    ssize_t sent = send(dialogue->source.fd, dialogue->bytes + dialogue->done, dialogue->length - dialogue->done,
                        MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (sent < 0) {
        end(dialogue);
        return;
    }
    dialogue->done += (size_t)sent;
    if (dialogue->done < dialogue->length) return;
    expect(dialogue);
    watch(dialogue, EPOLLIN);
}

static void ready(struct source *source, uint32_t events) {
    struct dialogue *dialogue = (struct dialogue *)source;
    if (events & EPOLLOUT) {
        give(dialogue);
    } else if (events & EPOLLIN) {
        receive(dialogue);
    } else {
        end(dialogue); // broken
    }
}

static struct dialogue *place(void) {
    struct dialogue *oldest = &all[0];
    for (int i = 0; i < CONNECTIONS; i++) {
        if (all[i].source.fd <= 0) return &all[i];
        if (all[i].began < oldest->began) oldest = &all[i];
    }
    end(oldest);
    return oldest;
}

void dialogue_begin(int fd, struct in_addr server, dialogue_asked asked) {
    struct dialogue *dialogue = place();
    *dialogue = (struct dialogue){.source = {fd, ready}, .server = server, .asked = asked, .began = ++begun};
    expect(dialogue);
    loop_watch(&dialogue->source, EPOLLIN);
}

static struct dialogue *with(uint32_t query) {
    for (int i = 0; i < CONNECTIONS; i++) {
        if (all[i].source.fd > 0 && all[i].query == query && query != 0) return &all[i];
    }
    return NULL;
}

void dialogue_answer(uint32_t id, const uint8_t *message, size_t length) {
    struct dialogue *dialogue = with(id);
    if (dialogue == NULL) return;
    if (length == 0) {
        end(dialogue);
        return;
    }
    free(dialogue->bytes);
    dialogue->bytes = need(malloc(HEAD + length));
    dialogue->bytes[0] = (uint8_t)(length >> 8);
    dialogue->bytes[1] = (uint8_t)length;
    memcpy(dialogue->bytes + HEAD, message, length);
    dialogue->length = HEAD + length;
    dialogue->done = 0;
    watch(dialogue, EPOLLOUT);
}

void dialogue_end(uint32_t id) {
    struct dialogue *dialogue = with(id);
    if (dialogue != NULL) end(dialogue);
}
