#include "keeper.h"

#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ask.h"
#include "clients.h"
#include "events.h"
#include "log.h"
#include "loop.h"
#include "process.h"
#include "relay.h"
#include "tasks.h"
#include "tick.h"

// How long the last events wait for containerd.
#define LAST_EVENTS_MS 5000

// What the loop of the agent reports.
void log_error(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vdprintf(STDERR_FILENO, format, arguments);
    va_end(arguments);
    dprintf(STDERR_FILENO, "\n");
}

static void on_child(struct source *source, uint32_t events) {
    struct signalfd_siginfo info;
    int status;
    pid_t pid;
    (void)events;
    if (read(source->fd, &info, sizeof info) < 0) return;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        struct process *process = process_of(pid);
        if (process == NULL || process->ended) continue;
        process_ended(process, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    }
}

static void await_children(void) {
    static struct source source;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    source = (struct source){signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), on_child};
    loop_watch(&source, EPOLLIN);
}

static int sooner(int one, int other) { return one < 0 ? other : other < 0 || one < other ? one : other; }

static void turn(int limit) {
    loop_turn(sooner(limit, sooner(relay_limit(), process_limit())));
    relay_expire();
}

_Noreturn void keeper_run(const struct keeper_order *order) {
    loop_start();
    await_children();
    ask_in(order->service_space);
    events_to(order->events, order->containerd_space);
    clients_serve(order->listener, tasks_request);
    while (!tasks_over()) turn(-1);
    int64_t end = tick_now() + LAST_EVENTS_MS;
    while (events_wait() && tick_now() < end) turn((int)(end - tick_now()));
    unlink(order->socket);
    exit(0);
}
