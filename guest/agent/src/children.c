#include "children.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop.h"

struct child {
    pid_t pid;
    void (*ended)(int status, void *context);
    void *context;
    struct child *next;
};

static struct child *children;
static struct source signals;

static void tell(pid_t pid, int status) {
    for (struct child **at = &children; *at != NULL; at = &(*at)->next) {
        struct child *child = *at;
        if (child->pid != pid) continue;
        *at = child->next;
        child->ended(status, child->context);
        free(child);
        return;
    }
}

static void reap(struct source *source, uint32_t events) {
    (void)events;
    struct signalfd_siginfo info;
    while (read(source->fd, &info, sizeof info) == sizeof info) continue;
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) tell(pid, status);
}

void children_start(void) {
    sigset_t watched;
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigprocmask(SIG_BLOCK, &watched, NULL);
    signal(SIGPIPE, SIG_IGN);
    signals.fd = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
    signals.ready = reap;
    loop_watch(&signals, EPOLLIN);
}

void children_watch(pid_t pid, void (*ended)(int, void *), void *context) {
    struct child *child = malloc(sizeof *child);
    if (child == NULL) abort();
    *child = (struct child){.pid = pid, .ended = ended, .context = context, .next = children};
    children = child;
}
