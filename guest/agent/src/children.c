#include "children.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop.h"
#include "need.h"

struct child {
    pid_t pid;
    void (*ended)(int status, void *context);
    void *context;
    struct child *next;
};

static struct child *children;
static struct source signals;

static unsigned expected;

static struct child *find(pid_t pid) {
    struct child *child = children;
    while (child != NULL && child->pid != pid) child = child->next;
    return child;
}

static void take_out(struct child *child) {
    struct child **at = &children;
    while (*at != child) at = &(*at)->next;
    *at = child->next;
}

// Returns the status in the form of waitpid.
static int status_of(const siginfo_t *info) {
    return info->si_code == CLD_EXITED ? (info->si_status & 0xff) << 8 : info->si_status & 0x7f;
}

static bool has_ended(idtype_t type, pid_t pid, siginfo_t *info) {
    info->si_pid = 0;
    return waitid(type, (id_t)pid, info, WEXITED | WNOHANG | WNOWAIT) == 0 && info->si_pid != 0;
}

static void report(struct child *child, const siginfo_t *info) {
    take_out(child);
    child->ended(status_of(info), child->context);
    waitpid(child->pid, NULL, 0);
    free(child);
}

static bool report_one(void) {
    siginfo_t info;
    for (struct child *child = children; child != NULL; child = child->next) {
        if (!has_ended(P_PID, child->pid, &info)) continue;
        report(child, &info);
        return true; // ended may have changed the list
    }
    return false;
}

static void reap(struct source *source, uint32_t events) {
    (void)events;
    struct signalfd_siginfo signal;
    while (read(source->fd, &signal, sizeof signal) == sizeof signal) continue;
    while (report_one()) continue;
    siginfo_t info;
    while (expected == 0 && has_ended(P_ALL, 0, &info)) {
        struct child *child = find(info.si_pid);
        if (child != NULL) {
            report(child, &info);
        } else {
            waitpid(info.si_pid, NULL, 0);
        }
    }
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
    struct child *child = need(malloc(sizeof *child));
    *child = (struct child){.pid = pid, .ended = ended, .context = context, .next = children};
    children = child;
}

void children_expect(void) { expected++; }

void children_expected(void) { expected--; }
