#include "uevent.h"

#include <linux/netlink.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "log.h"
#include "loop.h"

#define KERNEL_GROUP 1

static struct uevent_listener *listeners;
static struct uevent_listener *upcoming; // the next one to call
static struct source events_source;

void uevent_listen(struct uevent_listener *listener) {
    listener->next = listeners;
    listeners = listener;
}

void uevent_ignore(struct uevent_listener *listener) {
    if (upcoming == listener) upcoming = listener->next;
    for (struct uevent_listener **at = &listeners; *at != NULL; at = &(*at)->next) {
        if (*at != listener) continue;
        *at = listener->next;
        return;
    }
}

void uevent_announce(void) {
    for (struct uevent_listener *now = listeners; now != NULL; now = upcoming) {
        upcoming = now->next;
        now->changed(now);
    }
}

static void on_ready(struct source *source, uint32_t events) {
    (void)events;
    char message[8192];
    // A lost event (ENOBUFS) means that a device changed, too.
    while (recv(source->fd, message, sizeof message, MSG_DONTWAIT) >= 0) continue;
    uevent_announce();
}

void uevent_start(void) {
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP};
    events_source.ready = on_ready;
    events_source.fd =
        socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
    if (events_source.fd < 0
        || bind(events_source.fd, (struct sockaddr *)&address, sizeof address) < 0) {
        log_error("cannot receive device events: %m");
        return;
    }
    loop_watch(&events_source, EPOLLIN);
}
