#include "upstream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "bytes.h"
#include "need.h"
#include "shim/tick.h"

#define DOMAIN 53
#define HEAD 2 // by TCP, the length is before the message

// The beginning of a message of DNS: the flags that make a query a failure of the server.
#define HEADER 12
#define IS_ANSWER 0x80
#define CODE 0x0f
#define SERVER_FAILURE 2

struct asked {
    int fd;
    uint32_t id;
    bool tcp, sent;
    struct bytes query, in;
    upstream_answer answer;
    int64_t by; // 0 = free
};

static struct {
    int epoll, timer; // 0 = not open
    unsigned open;
    struct asked all[UPSTREAM_MOST];
} me;

bool upstream_has_room(void) { return me.open < UPSTREAM_MOST; }

int upstream_fd(void) { return me.open > 0 ? me.epoll : -1; }

// A timer for the first query whose time is over.
static void arm(void) {
    int64_t by = 0;
    for (int i = 0; i < UPSTREAM_MOST; i++) {
        if (me.all[i].by > 0 && (by == 0 || me.all[i].by < by)) by = me.all[i].by;
    }
    struct itimerspec at = {.it_value = {by / 1000, by % 1000 * 1000000}};
    timerfd_settime(me.timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static void finish(struct asked *asked, const uint8_t *message, size_t length) {
    struct asked done = *asked;
    if (asked->fd >= 0) close(asked->fd);
    *asked = (struct asked){.by = 0};
    me.open--;
    arm();
    done.answer(done.id, message, length);
    free(done.query.at);
    free(done.in.at);
}

static void fail(struct asked *asked) {
    size_t head = asked->tcp ? HEAD : 0;
    uint8_t *message = asked->query.at + head;
    size_t length = asked->query.length - head;
    if (length < HEADER) {
        finish(asked, NULL, 0);
        return;
    }
    message[2] |= IS_ANSWER;
    message[3] = (uint8_t)((message[3] & ~CODE) | SERVER_FAILURE);
    finish(asked, message, length);
}

static bool watch(int operation, int fd, uint32_t events, struct asked *asked) {
    struct epoll_event event = {.events = events, .data.ptr = asked};
    return epoll_ctl(me.epoll, operation, fd, &event) == 0;
}

static bool opened(void) {
    if (me.epoll > 0) return true;
    int epoll = epoll_create1(EPOLL_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    me.epoll = epoll;
    me.timer = timer;
    if (epoll > 0 && timer > 0 && watch(EPOLL_CTL_ADD, timer, EPOLLIN, NULL)) return true;
    if (epoll > 0) close(epoll);
    if (timer > 0) close(timer);
    me.epoll = me.timer = 0;
    return false;
}

// Connected, so the socket takes answers of this server only.
static bool begin(struct asked *asked, struct in_addr server) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = server, .sin_port = htons(DOMAIN)};
    asked->fd = socket(AF_INET, (asked->tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (asked->fd < 0) return false;
    if (connect(asked->fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) return false;
    if (asked->tcp) return watch(EPOLL_CTL_ADD, asked->fd, EPOLLOUT, asked);
    return send(asked->fd, asked->query.at, asked->query.length, MSG_NOSIGNAL) == (ssize_t)asked->query.length
        && watch(EPOLL_CTL_ADD, asked->fd, EPOLLIN, asked);
}

void upstream_ask(const struct question *question, upstream_answer answer) {
    struct asked *asked = me.all;
    while (asked->by > 0) asked++;
    *asked = (struct asked){
        .fd = -1, .id = question->id, .tcp = question->tcp, .answer = answer, .by = tick_now() + UPSTREAM_MS};
    me.open++;
    if (question->tcp) {
        bytes_add(&asked->query, (uint8_t[]){(uint8_t)(question->length >> 8), (uint8_t)question->length}, HEAD);
    }
    bytes_add(&asked->query, question->message, question->length);
    if (opened() && begin(asked, question->server)) {
        arm();
    } else {
        fail(asked);
    }
}

// A message of UDP, or a part of one of TCP.
static void receive(struct asked *asked) {
    uint8_t *place = bytes_extend(&asked->in, UPSTREAM_MESSAGE);
    ssize_t got = recv(asked->fd, place, UPSTREAM_MESSAGE, 0);
    int error = errno;
    asked->in.length -= UPSTREAM_MESSAGE - (size_t)(got > 0 ? got : 0);
    if (got < 0 && (error == EAGAIN || error == EINTR)) return;
    if (got <= 0) {
        fail(asked);
        return;
    }
    size_t head = asked->tcp ? HEAD : 0;
    if (asked->in.length < head) return;
    size_t length = asked->tcp ? (size_t)asked->in.at[0] << 8 | asked->in.at[1] : asked->in.length;
    if (asked->in.length >= head + length) finish(asked, asked->in.at + head, length);
}

static void give(struct asked *asked) {
    ssize_t sent = send(asked->fd, asked->query.at, asked->query.length, MSG_NOSIGNAL);
    // The query is much smaller than what a new connection takes.
    if (sent != (ssize_t)asked->query.length || !watch(EPOLL_CTL_MOD, asked->fd, EPOLLIN, asked)) fail(asked);
}

static void expire(void) {
    uint64_t times;
    if (read(me.timer, &times, sizeof times) < 0) return;
    for (int i = 0; i < UPSTREAM_MOST; i++) {
        if (me.all[i].by > 0 && me.all[i].by <= tick_now()) fail(&me.all[i]);
    }
    arm();
}

void upstream_work(void) {
    struct epoll_event event;
    if (epoll_wait(me.epoll, &event, 1, 0) != 1) return;
    struct asked *asked = event.data.ptr;
    if (asked == NULL) {
        expire();
    } else if (event.events & EPOLLIN || !(event.events & EPOLLOUT)) {
        receive(asked);
    } else {
        give(asked);
    }
}
