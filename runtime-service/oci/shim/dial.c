#include "dial.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socket.h"

#define PART 16384

static void watch(struct dial *dial) {
    loop_watch(&dial->source, dial->out.length > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static bool flush(struct dial *dial) {
    while (dial->out.length > 0) {
        ssize_t sent = send(dial->source.fd, dial->out.at, dial->out.length, MSG_NOSIGNAL);
        if (sent < 0) return errno == EAGAIN || errno == EINTR;
        bytes_drop(&dial->out, (size_t)sent);
    }
    return true;
}

static bool fill(struct dial *dial) {
    uint8_t *place = bytes_extend(&dial->in, PART);
    ssize_t got = recv(dial->source.fd, place, PART, 0);
    int error = errno;
    dial->in.length -= PART - (size_t)(got > 0 ? got : 0);
    return got > 0 || (got < 0 && (error == EAGAIN || error == EINTR));
}

static void lose(struct dial *dial) {
    dial_close(dial);
    dial->lost(dial);
}

static void deliver(struct dial *dial, long length, const struct answer *answer) {
    struct bytes taken = dial->in; // the answer is in it
    dial->in = (struct bytes){0};
    if (length > 0) {
        dial->answered(dial, answer);
    } else {
        lose(dial);
    }
    free(taken.at);
}

static void on_ready(struct source *source, uint32_t events) {
    struct dial *dial = (struct dial *)source;
    struct answer answer;
    bool open = (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0 || fill(dial);
    long length = take_answer(&dial->in, &answer);
    if (length != 0) {
        deliver(dial, length, &answer);
    } else if (!open || !flush(dial)) {
        lose(dial);
    } else {
        loop_unwatch(&dial->source);
        watch(dial);
    }
}

bool dial_open(struct dial *dial, const char *socket, const struct bytes *request) {
    dial->source = (struct source){socket_connect(socket, SOCK_NONBLOCK), on_ready};
    if (dial->source.fd < 0) return false;
    bytes_add(&dial->out, request->at, request->length);
    watch(dial);
    return true;
}

void dial_close(struct dial *dial) {
    if (dial->source.fd < 0) return;
    loop_unwatch(&dial->source);
    close(dial->source.fd);
    dial->source.fd = -1;
    free(dial->out.at);
    free(dial->in.at);
    dial->out = dial->in = (struct bytes){0};
}
