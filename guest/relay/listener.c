#include "listener.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "lock.h"
#include "loop.h"
#include "unix.h"

static struct {
    struct source source;
    const char *path;
    int lock;
} listener;

bool listener_claim(const char *path) {
    listener.path = path;
    listener.lock = lock_open(path);
    lock_take(listener.lock);
    return !unix_answers(path);
}

static void on_ready(struct source *source, uint32_t events) {
    (void)source;
    (void)events;
    listener_accept();
}

void listener_open(void) {
    listener.source = (struct source){.fd = unix_listen(listener.path), .ready = on_ready};
}

void listener_start(void) {
    loop_watch(&listener.source, EPOLLIN | EPOLLET);
    lock_release(listener.lock);
}

void listener_accept(void) {
    for (;;) {
        int fd = accept4(listener.source.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            client_open(fd);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return;
        }
    }
}

void listener_remove(void) {
    lock_take(listener.lock);
    unlink(listener.path);
}

bool listener_retire(void) {
    lock_take(listener.lock);
    // From here on, connecting fails. Clients that have connected before can still be accepted.
    shutdown(listener.source.fd, SHUT_RD);
    listener_accept();
    loop_unwatch(&listener.source);
    close(listener.source.fd);
    if (!clients_any()) {
        unlink(listener.path);
        return true;
    }
    listener_open();
    listener_start();
    return false;
}
