#include "loop.h"

#include <stdlib.h>
#include <sys/epoll.h>

#include "log.h"

static int epoll_fd = -1;

void loop_start(void) {
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0) abort();
}

void loop_watch(struct source *source, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = source};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, source->fd, &event) < 0) {
        log_error("cannot watch descriptor %d: %m", source->fd);
    }
}

void loop_unwatch(struct source *source) { epoll_ctl(epoll_fd, EPOLL_CTL_DEL, source->fd, NULL); }

int loop_turn(int timeout_ms) {
    // Takes one event at a time, so that a handler may close any other source.
    struct epoll_event event;
    if (epoll_wait(epoll_fd, &event, 1, timeout_ms) != 1) return 0;
    struct source *source = event.data.ptr;
    source->ready(source, event.events);
    return 1;
}
