#include "standin.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "agent.h"
#include "bytes.h"
#include "console.h"
#include "message.h"
#include "network.h"
#include "report.h"

#define CHUNK 16384
#define KILLED 137

// A process that the container left behind may hold its output open.
#define LAST_OUTPUT_MS 2000

// An output: from the guest to a descriptor.
struct flow {
    int fd;
    bool error;
    bool ended;
    struct bytes waiting;
};

static struct {
    int status; // -1 = the process runs
    int terminal;
    struct flow out[2];
    int input;
    bool input_open;
    bool writing;
    const char *space, *container;
    struct bytes typed; // what the process has not taken yet
} me;

static void read_on(struct flow *flow) {
    if (!flow->ended && flow->waiting.length == 0) agent_read(flow->error);
}

static void on_output(struct flow *flow, int code, const uint8_t *payload, size_t length) {
    struct reader reader = reader_of(payload, length);
    struct field field = {0};
    bool some = code == 0 && next_field(&reader, &field) && field.length > 0;
    if (!some) {
        flow->ended = true;
    } else if (flow->fd < 0) {
        read_on(flow); // the reader has gone: the process must not wait for it
    } else {
        bytes_add(&flow->waiting, field.bytes, field.length);
    }
}

static void write_on(void) {
    if (me.typed.length > 0 && !me.writing) {
        agent_write(me.typed.at, me.typed.length);
        me.writing = true;
    } else if (me.typed.length == 0 && !me.input_open && me.input >= 0) {
        agent_close_input();
        me.input = -1;
    }
}

static void on_input(int code, const uint8_t *payload, size_t length) {
    struct reader reader = reader_of(payload, length);
    struct field field;
    me.writing = false;
    if (code == 0 && next_field(&reader, &field) && field.value <= me.typed.length) {
        bytes_drop(&me.typed, field.value);
        write_on();
    } else {
        me.typed.length = 0; // the process has closed its input
        me.input = -1;
        me.input_open = false;
    }
}

static void on_exit_status(int code, const uint8_t *payload, size_t length) {
    struct reader reader = reader_of(payload, length);
    struct field field = {0};
    bool some = next_field(&reader, &field);
    me.status = code == 0 ? (some ? (int)field.value & 0xff : 0) : KILLED;
}

static void on_answer(enum call call, int code, const uint8_t *payload, size_t length) {
    switch (call) {
    case CALL_WAIT: on_exit_status(code, payload, length); break;
    case CALL_STDOUT: on_output(&me.out[0], code, payload, length); break;
    case CALL_STDERR: on_output(&me.out[1], code, payload, length); break;
    case CALL_STDIN: on_input(code, payload, length); break;
    case CALL_OTHER: break;
    }
}

static void take_input(void) {
    uint8_t bytes[CHUNK];
    ssize_t got = read(me.input, bytes, sizeof bytes);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got > 0) {
        bytes_add(&me.typed, bytes, (size_t)got);
    } else {
        me.input_open = false;
    }
    write_on();
}

// A pipe that poll calls writable takes PIPE_BUF bytes at least, so this does not block.
static void give_output(struct flow *flow) {
    size_t most = flow->waiting.length < 4096 ? flow->waiting.length : 4096;
    ssize_t sent = write(flow->fd, flow->waiting.at, most);
    if (sent < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (sent < 0) {
        flow->fd = -1;
        flow->waiting.length = 0;
    } else {
        bytes_drop(&flow->waiting, (size_t)sent);
    }
    read_on(flow);
}

static void resize(void) {
    struct winsize size;
    if (me.terminal >= 0 && ioctl(me.terminal, TIOCGWINSZ, &size) == 0 && size.ws_row > 0) {
        agent_resize(size.ws_row, size.ws_col);
    }
}

static void take_signal(int fd) {
    struct signalfd_siginfo info;
    if (read(fd, &info, sizeof info) != sizeof info) return;
    if (info.ssi_signo == SIGWINCH) {
        resize();
    } else if (me.status < 0) {
        agent_signal((int)info.ssi_signo);
    }
}

static bool all_written(void) {
    for (int i = 0; i < 2; i++) {
        if (!me.out[i].ended || me.out[i].waiting.length > 0) return false;
    }
    return true;
}

enum { AGENT_SOCKET, SIGNALS, NETWORK, INPUT, OUTPUT, ERRORS, SOURCES };

static void fill(struct pollfd polled[SOURCES], int signals) {
    bool take = me.input_open && me.typed.length < CHUNK;
    polled[AGENT_SOCKET] = (struct pollfd){agent_fd(), (short)(POLLIN | (agent_has_unsent() ? POLLOUT : 0)), 0};
    polled[SIGNALS] = (struct pollfd){signals, POLLIN, 0};
    polled[NETWORK] = (struct pollfd){network_fd(), POLLIN, 0};
    polled[INPUT] = (struct pollfd){take ? me.input : -1, POLLIN, 0};
    for (int i = 0; i < 2; i++) {
        struct flow *flow = &me.out[i];
        polled[OUTPUT + i] = (struct pollfd){flow->waiting.length > 0 ? flow->fd : -1, POLLOUT, 0};
    }
}

// Passes everything on until the process has ended and its output is written. Returns its exit status.
static int serve(int signals) {
    agent_wait();
    read_on(&me.out[0]);
    if (!me.out[1].ended) read_on(&me.out[1]);
    resize();
    while (me.status < 0 || !all_written()) {
        struct pollfd polled[SOURCES];
        fill(polled, signals);
        int ready = poll(polled, SOURCES, me.status < 0 ? -1 : LAST_OUTPUT_MS);
        if (ready < 0 && errno != EINTR) return KILLED;
        if (ready == 0) break;
        if (polled[SIGNALS].revents) take_signal(signals);
        if (polled[NETWORK].revents) network_work(me.space, me.container);
        if (polled[INPUT].revents) take_input();
        if (polled[OUTPUT].revents) give_output(&me.out[0]);
        if (polled[ERRORS].revents) give_output(&me.out[1]);
        if (!agent_work()) return me.status < 0 ? KILLED : me.status; // the VM has ended
    }
    return me.status;
}

static int all_signals(void) {
    static const int own[] = {SIGCHLD, SIGPIPE, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    sigset_t set;
    sigfillset(&set);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) sigdelset(&set, own[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN); // a child leaves nothing to wait for
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

static void take_streams(bool terminal, int slave) {
    me.terminal = terminal ? slave : -1;
    me.input = terminal ? slave : STDIN_FILENO;
    me.input_open = true;
    me.out[0] = (struct flow){.fd = terminal ? slave : STDOUT_FILENO};
    me.out[1] = (struct flow){.fd = STDERR_FILENO, .error = true, .ended = terminal};
}

#define STAY "-"

// Enters its network namespace, if it has one. The other end of the stream gets the failure, or nothing before its end.
static bool entered(const char *network, int order) {
    bool stays = strcmp(network, STAY) == 0;
    const char *wrong = stays ? NULL : network_enter(network);
    if (wrong != NULL) {
        dprintf(order, "cannot enter the network namespace %s: %s", network, wrong);
        _exit(0);
    }
    if (!stays && network_taken()) {
        dprintf(order, "the network namespace %s is that of a container in another VM: two VMs cannot share one", network);
        _exit(0);
    }
    if (!stays) network_watch();
    close(order);
    return !stays;
}

static _Noreturn void stand(int order, int slave, int signals) {
    struct bytes text = awaited(order);
    size_t at = 0;
    char *ports[8];
    unsigned count = 0;
    me.space = next_line(&text, &at);
    char *terminal = next_line(&text, &at), *container = next_line(&text, &at), *exec = next_line(&text, &at);
    bool networked = entered(next_line(&text, &at), order);
    while (at < text.length && count < 8) ports[count++] = next_line(&text, &at);
    me.container = container;
    me.status = -1;
    take_streams(*terminal == '1' && slave >= 0, slave);
    report_code(KILLED);
    agent_connect(ports, count, container, exec, on_answer);
    int status = serve(signals);
    report_code(status);
    if (networked) network_leave();
    _exit(status);
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
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, order) < 0) stop_errno("cannot make a pair of sockets");
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

static void put_line(struct bytes *text, const char *line) {
    bytes_text(text, line);
    bytes_text(text, "\n");
}

char *standin_post(const struct standin *standin, const struct post *post) {
    struct bytes text = {0};
    put_line(&text, post->space);
    put_line(&text, post->terminal ? "1" : "0");
    put_line(&text, post->container);
    put_line(&text, post->exec);
    put_line(&text, post->network == NULL ? STAY : post->network);
    for (unsigned i = 0; i < post->port_count; i++) put_line(&text, post->ports[i]);
    if (write(standin->order, text.at, text.length) != (ssize_t)text.length || shutdown(standin->order, SHUT_WR) < 0) {
        stop_errno("cannot write to the stand-in");
    }
    free(text.at);
    struct bytes failure = awaited(standin->order);
    close(standin->order);
    return failure.length == 0 ? NULL : text_of(failure.at, failure.length);
}

void standin_cancel(const struct standin *standin) {
    kill(standin->pid, SIGKILL);
    waitpid(standin->pid, NULL, 0);
}
