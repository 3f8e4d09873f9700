#include "folder.h"

#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "loop.h"

#define MOST 4

static struct source source = {.fd = -1};
static struct folder_watcher *watchers[MOST];

static void on_change(struct source *self, uint32_t events) {
    (void)events;
    char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    ssize_t got;
    bool changed[MOST] = {false};
    while ((got = read(self->fd, buffer, sizeof buffer)) > 0) {
        for (char *at = buffer; at < buffer + got;) {
            struct inotify_event *event = (struct inotify_event *)at;
            at += sizeof *event + event->len;
            for (int i = 0; i < MOST; i++) changed[i] |= watchers[i] != NULL && watchers[i]->number == event->wd;
        }
    }
    for (int i = 0; i < MOST; i++) {
        if (changed[i]) watchers[i]->changed();
    }
}

bool folder_watch(struct folder_watcher *watcher) {
    char folder[PATH_MAX];
    if (watcher->number > 0) return true;
    if (source.fd < 0) {
        source = (struct source){inotify_init1(IN_CLOEXEC | IN_NONBLOCK), on_change};
        if (source.fd < 0) return false;
        loop_watch(&source, EPOLLIN);
    }
    const char *end = strrchr(watcher->socket, '/');
    if (end == NULL || end == watcher->socket || end - watcher->socket >= PATH_MAX) return false;
    memcpy(folder, watcher->socket, (size_t)(end - watcher->socket));
    folder[end - watcher->socket] = '\0';
    for (int i = 0; i < MOST; i++) {
        if (watchers[i] != NULL) continue;
        watcher->number = inotify_add_watch(source.fd, folder, IN_CREATE | IN_MOVED_TO | IN_ATTRIB);
        if (watcher->number <= 0) return false;
        watchers[i] = watcher;
        return true;
    }
    return false;
}
