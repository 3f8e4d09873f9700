#include "launch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../file.h"
#include "../log.h"
#include "../loop.h"

static struct source closings;
static struct stat crun_file;
static struct launch *awaited;
static struct launch *upcoming; // the next one to look at

#define PF_FORKNOEXEC 0x40 // one of the process flags in field 9 of /proc/PID/stat

// Returns whether a process that has no memory any more has ended as a fork of crun.
static bool ended_as_fork(pid_t pid) {
    char path[32], text[1024];
    unsigned long flags;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (file_read(path, text, sizeof text) < 0) return false;
    const char *after_name = strrchr(text, ')');
    bool found = after_name != NULL
        && sscanf(after_name, ") %*c %*d %*d %*d %*d %*d %lu", &flags) == 1;
    return found && (flags & PF_FORKNOEXEC) != 0;
}

bool launch_happened(pid_t pid) {
    char path[32];
    struct stat file;
    snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    if (stat(path, &file) < 0) return !ended_as_fork(pid);
    return file.st_dev != crun_file.st_dev || file.st_ino != crun_file.st_ino;
}

void launch_forget(struct launch *launch) {
    if (upcoming == launch) upcoming = launch->next;
    for (struct launch **at = &awaited; *at != NULL; at = &(*at)->next) {
        if (*at != launch) continue;
        *at = launch->next;
        return;
    }
}

static void look(struct launch *launch) {
    if (!launch_happened(launch->pid)) return;
    launch_forget(launch);
    launch->launched(launch);
}

// A process has another file before the kernel closes the old one, so no event comes too early.
static void on_closed(struct source *source, uint32_t events) {
    (void)events;
    char notes[4096];
    while (read(source->fd, notes, sizeof notes) > 0) continue;
    for (struct launch *now = awaited; now != NULL; now = upcoming) {
        upcoming = now->next;
        look(now);
    }
}

void launch_await(struct launch *launch) {
    launch->next = awaited;
    awaited = launch;
    look(launch);
}

void launches_watch(const char *crun) {
    closings.ready = on_closed;
    closings.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (closings.fd < 0 || inotify_add_watch(closings.fd, crun, IN_CLOSE_NOWRITE) < 0
        || stat(crun, &crun_file) < 0) {
        log_error("cannot watch %s: %m", crun);
        return;
    }
    loop_watch(&closings, EPOLLIN);
}
