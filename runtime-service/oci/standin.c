#include "standin.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "agent.h"
#include "bytes.h"
#include "console.h"
#include "message.h"
#include "need.h"
#include "report.h"

#define CHUNK 16384
#define KILLED 137

// More than the paths of eight ports.
#define POST_MOST 65536

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
    struct bytes typed; // what the process has not taken yet
    int held;
    int control;
    const char *container;
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

static void on_oom(int code, const uint8_t *payload, size_t length) {
    struct reader reader = reader_of(payload, length);
    struct field field;
    if (code != 0) return;
    if (next_field(&reader, &field) && field.length == strlen(me.container)
        && memcmp(field.bytes, me.container, field.length) == 0) {
        send(me.control, STANDIN_OOM, strlen(STANDIN_OOM), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    agent_await_oom();
}

static void on_answer(enum call call, int code, const uint8_t *payload, size_t length) {
    switch (call) {
    case CALL_WAIT: on_exit_status(code, payload, length); break;
    case CALL_STDOUT: on_output(&me.out[0], code, payload, length); break;
    case CALL_STDERR: on_output(&me.out[1], code, payload, length); break;
    case CALL_STDIN: on_input(code, payload, length); break;
    case CALL_OOM: on_oom(code, payload, length); break;
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
        agent_signal((int)info.ssi_signo, false);
    }
}

#define ORDER_SIGNAL 's'
#define ORDER_SIZE 'w'
#define ORDER_CLOSE 'c'

static void take_order(void) {
    char text[64];
    int first = 0, second = 0;
    ssize_t got = recv(me.control, text, sizeof text - 1, MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0) { // the command that started this stand-in has ended
        close(me.control);
        me.control = -1;
        return;
    }
    text[got] = '\0';
    sscanf(text + 1, "%d %d", &first, &second);
    if (*text == ORDER_SIGNAL && me.status < 0) agent_signal(first, second != 0);
    if (*text == ORDER_SIZE && me.status < 0) agent_resize((unsigned)first, (unsigned)second);
    if (*text == ORDER_CLOSE && me.held >= 0) {
        close(me.held);
        me.held = -1;
    }
}

static bool all_written(void) {
    for (int i = 0; i < 2; i++) {
        if (!me.out[i].ended || me.out[i].waiting.length > 0) return false;
    }
    return true;
}

enum { AGENT_SOCKET, SIGNALS, INPUT, CONTROL, OUTPUT, ERRORS, SOURCES };

static void fill(struct pollfd polled[SOURCES], int signals) {
    bool take = me.input_open && me.typed.length < CHUNK;
    polled[AGENT_SOCKET] = (struct pollfd){agent_fd(), (short)(POLLIN | (agent_has_unsent() ? POLLOUT : 0)), 0};
    polled[SIGNALS] = (struct pollfd){signals, POLLIN, 0};
    polled[INPUT] = (struct pollfd){take ? me.input : -1, POLLIN, 0};
    polled[CONTROL] = (struct pollfd){me.control, POLLIN, 0};
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
        if (polled[CONTROL].revents) take_order();
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
    return signalfd(-1, &set, SFD_CLOEXEC);
}

static char *next_line(const char **at) {
    const char *end = strchr(*at, '\n');
    if (end == NULL) _exit(0);
    char *line = text_of((const uint8_t *)*at, (size_t)(end - *at));
    *at = end + 1;
    return line;
}

// Returns the post. If there is none, the command that started this stand-in has failed.
static const char *awaited(int control) {
    char *post = need(malloc(POST_MOST + 1));
    ssize_t got;
    while ((got = recv(control, post, POST_MOST, 0)) < 0 && errno == EINTR) continue;
    if (got <= 0) _exit(0);
    post[got] = '\0';
    return post;
}

static void take_streams(bool terminal, int slave) {
    bool own = terminal && slave >= 0;
    me.terminal = own ? slave : -1;
    me.input = own ? slave : STDIN_FILENO;
    me.input_open = true;
    me.out[0] = (struct flow){.fd = own ? slave : STDOUT_FILENO};
    me.out[1] = (struct flow){.fd = STDERR_FILENO, .error = true, .ended = terminal};
}

static _Noreturn void stand(int control, int slave, int signals) {
    const char *at = awaited(control);
    char *ports[8];
    unsigned count = 0;
    int terminal = 0, reports = 0;
    sscanf(next_line(&at), "%d %d", &terminal, &reports);
    me.container = next_line(&at);
    const char *exec = next_line(&at);
    while (*at != '\0' && count < 8) ports[count++] = next_line(&at);
    me.status = -1;
    me.control = control;
    take_streams(terminal != 0, slave);
    report_code(KILLED);
    agent_connect(ports, count, me.container, exec, on_answer);
    if (reports) agent_await_oom();
    _exit(serve(signals));
}

// Other descriptors belong to the engine, which waits until all of their copies are closed.
static void close_others(int control, int slave, int signals) {
    for (int fd = 3; fd < 1024; fd++) {
        if (fd != control && fd != slave && fd != signals && fd != me.held) close(fd);
    }
}

// Returns a pair of sockets for whole messages: [0] for the stand-in.
static bool control_pair(int control[2]) { return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) == 0; }

struct standin standin_start(const char *console, bool session) {
    int control[2];
    int slave = console == NULL ? -1 : console_open(console);
    if (!control_pair(control)) stop_errno("cannot make a pair of sockets");
    pid_t pid = fork();
    if (pid < 0) stop_errno("cannot make a process");
    if (pid == 0) {
        int signals = all_signals();
        me.held = -1;
        if (session || slave >= 0) setsid();
        close_others(control[0], slave, signals);
        if (slave >= 0) console_take(slave);
        stand(control[0], slave, signals);
    }
    close(control[0]);
    if (slave >= 0) close(slave);
    return (struct standin){pid, control[1]};
}

static _Noreturn void keep(int control, const struct streams *streams, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(KILLED);
    int signals = all_signals();
    setsid();
    me.held = streams->held;
    for (int fd = 0; fd < 3; fd++) dup2(streams->fd[fd], fd);
    close_others(control, -1, signals);
    stand(control, -1, signals);
}

bool standin_keep(struct standin *standin, const struct streams *streams) {
    int control[2];
    pid_t parent = getpid();
    if (!control_pair(control)) return false;
    pid_t pid = fork();
    if (pid == 0) keep(control[0], streams, parent);
    close(control[0]);
    if (pid < 0) {
        close(control[1]);
        return false;
    }
    *standin = (struct standin){pid, control[1]};
    return true;
}

static bool order(const struct standin *standin, const struct bytes *text) {
    return send(standin->control, text->at, text->length, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)text->length;
}

bool standin_post(const struct standin *standin, const struct post *post) {
    struct bytes text = {0};
    bytes_format(&text, "%d %d\n", post->terminal, post->reports);
    bytes_text(&text, post->container);
    bytes_text(&text, "\n");
    bytes_text(&text, post->exec);
    bytes_text(&text, "\n");
    for (unsigned i = 0; i < post->port_count; i++) {
        bytes_text(&text, post->ports[i]);
        bytes_text(&text, "\n");
    }
    bool sent = text.length <= POST_MOST && order(standin, &text);
    free(text.at);
    return sent;
}

static void order_numbers(const struct standin *standin, char word, unsigned first, unsigned second) {
    struct bytes text = {0};
    bytes_format(&text, "%c%u %u", word, first, second);
    order(standin, &text);
    free(text.at);
}

void standin_signal(const struct standin *standin, int signal, bool all) {
    order_numbers(standin, ORDER_SIGNAL, (unsigned)signal, all);
}

void standin_resize(const struct standin *standin, unsigned rows, unsigned columns) {
    order_numbers(standin, ORDER_SIZE, rows, columns);
}

void standin_close_input(const struct standin *standin) { order_numbers(standin, ORDER_CLOSE, 0, 0); }

void standin_cancel(const struct standin *standin) {
    kill(standin->pid, SIGKILL);
    waitpid(standin->pid, NULL, 0);
}
