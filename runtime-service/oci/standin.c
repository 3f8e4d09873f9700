#include "standin.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bytes.h"
#include "console.h"
#include "pump.h"
#include "report.h"

#define KILLED 137

// A process that the container left behind may hold its output open.
#define LAST_OUTPUT_MS 2000

static int all_signals(void) {
    static const int own[] = {SIGCHLD, SIGPIPE, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    sigset_t set;
    sigfillset(&set);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) sigdelset(&set, own[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

static char *next_line(struct bytes *order, size_t *at) {
    uint8_t *end = memchr(order->at + *at, '\n', order->length - *at);
    if (end == NULL) _exit(0); // no post: the command that started it has failed
    char *line = text_of(order->at + *at, (size_t)(end - order->at) - *at);
    *at = (size_t)(end - order->at) + 1;
    return line;
}

static struct bytes awaited(int order) {
    struct bytes all = {0};
    for (;;) {
        uint8_t *place = bytes_extend(&all, 4096);
        ssize_t got = read(order, place, 4096);
        all.length -= 4096 - (size_t)(got > 0 ? got : 0);
        if (got == 0) return all;
        if (got < 0 && errno != EINTR) _exit(0);
    }
}

static _Noreturn void stand(int order, int slave, int signals) {
    struct bytes text = awaited(order);
    size_t at = 0;
    char *ports[8];
    unsigned count = 0;
    char *terminal = next_line(&text, &at), *container = next_line(&text, &at), *exec = next_line(&text, &at);
    while (at < text.length && count < 8) ports[count++] = next_line(&text, &at);
    bool on_terminal = *terminal == '1' && slave >= 0;
    struct pump pump = {
        .input = on_terminal ? slave : STDIN_FILENO,
        .output = on_terminal ? slave : STDOUT_FILENO,
        .error = on_terminal ? -1 : STDERR_FILENO,
        .has_terminal = on_terminal,
        .terminal = on_terminal ? slave : -1,
        .signals = signals,
        .last_output_ms = LAST_OUTPUT_MS,
    };
    report_code(KILLED);
    if (!pump_connect(ports, count, container, exec)) stop_errno("cannot reach the VM");
    struct pump_end end = pump_run(&pump);
    _exit(end.how == PUMP_STATUS ? end.number : KILLED);
}

// Other descriptors belong to the engine, which waits until all of their copies are closed.
static void close_others(int order, int slave, int signals) {
    for (int fd = 3; fd < 1024; fd++) {
        if (fd != order && fd != slave && fd != signals) close(fd);
    }
}

struct standin standin_start(const char *console, bool session) {
    int order[2];
    int slave = console == NULL ? -1 : console_open(console);
    if (pipe2(order, O_CLOEXEC) < 0) stop_errno("cannot make a pipe");
    pid_t pid = fork();
    if (pid < 0) stop_errno("cannot make a process");
    if (pid == 0) {
        int signals = all_signals();
        if (session || slave >= 0) setsid();
        close_others(order[0], slave, signals);
        if (slave >= 0) console_take(slave);
        stand(order[0], slave, signals);
    }
    close(order[0]);
    if (slave >= 0) close(slave);
    return (struct standin){pid, order[1]};
}

void standin_post(const struct standin *standin, const struct post *post) {
    struct bytes text = {0};
    bytes_text(&text, post->terminal ? "1\n" : "0\n");
    bytes_text(&text, post->container);
    bytes_text(&text, "\n");
    bytes_text(&text, post->exec);
    bytes_text(&text, "\n");
    for (unsigned i = 0; i < post->port_count; i++) {
        bytes_text(&text, post->ports[i]);
        bytes_text(&text, "\n");
    }
    if (write(standin->order, text.at, text.length) != (ssize_t)text.length) stop_errno("cannot write to a pipe");
    close(standin->order);
    free(text.at);
}

void standin_cancel(const struct standin *standin) {
    kill(standin->pid, SIGKILL);
    waitpid(standin->pid, NULL, 0);
}
