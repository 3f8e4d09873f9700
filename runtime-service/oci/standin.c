#include "standin.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"
#include "bytes.h"
#include "console.h"
#include "message.h"
#include "names.h"
#include "need.h"
#include "network.h"
#include "pump.h"
#include "report.h"

#define KILLED 137

// More than the paths of eight ports.
#define POST_MOST 65536

// A process that the container left behind may hold its output open.
#define LAST_OUTPUT_MS 2000

static struct {
    int held;
    int control;
    const char *space, *container;
} me;

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

static void on_other(enum call call, int code, const uint8_t *payload, size_t length) {
    if (call == CALL_OOM) on_oom(code, payload, length);
    if (call == CALL_QUERY) names_query(code, payload, length);
}

#define ORDER_SIGNAL 's'
#define ORDER_SIZE 'w'
#define ORDER_CLOSE 'c'
#define ORDER_NAMES 'n'
#define SERVED "served"

static int control_fd(void) { return me.control; }

static void answer(const char *text) { send(me.control, text, strlen(text), MSG_NOSIGNAL); }

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
    if (*text == ORDER_SIGNAL) agent_signal(first, second != 0);
    if (*text == ORDER_SIZE) agent_resize((unsigned)first, (unsigned)second);
    if (*text == ORDER_NAMES) {
        names_begin();
        answer(SERVED);
    }
    if (*text == ORDER_CLOSE && me.held >= 0) {
        close(me.held);
        me.held = -1;
    }
}

// Docker's nameserver comes with the first network of the user's.
static void follow_network(void) {
    names_begin(); // the connecting asks whether there is one
    network_work(me.space, me.container);
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

static char *next_line(const char **at) {
    const char *end = strchr(*at, '\n');
    if (end == NULL) _exit(0);
    char *line = text_of((const uint8_t *)*at, (size_t)(end - *at));
    *at = end + 1;
    return line;
}

// Returns the message that the other end sends; NULL = it has ended.
static char *message_from(int control) {
    char *message = need(malloc(POST_MOST + 1));
    ssize_t got;
    while ((got = recv(control, message, POST_MOST, 0)) < 0 && errno == EINTR) continue;
    if (got <= 0) {
        free(message);
        return NULL;
    }
    message[got] = '\0';
    return message;
}

// Where it lives: STAY, or a path, with SHARE in front if another stand-in follows the changes there.
#define STAY "-"
#define SHARE '='
#define ENTERED "entered"

// Entering a namespace takes the kernel no time, and connecting to the agent little.
#define POST_SECONDS 10

static _Noreturn void refuse(const char *reason, const char *network, const char *detail) {
    char text[4096];
    snprintf(text, sizeof text, reason, network, detail);
    answer(text);
    _exit(0);
}

// Enters its network namespace, if it has one. The other end gets the failure, or ENTERED. Returns whether it follows
// the changes there.
static bool entered(const char *network) {
    if (strcmp(network, STAY) == 0) return false;
    bool shares = *network == SHARE;
    if (shares) network++;
    const char *wrong = network_enter(network);
    if (wrong != NULL) refuse("cannot enter the network namespace %s: %s", network, wrong);
    if (!shares && network_taken()) {
        refuse("the network namespace %s is that of a container in another VM: %s", network, "two VMs cannot share one");
    }
    if (!shares) network_watch();
    answer(ENTERED);
    return !shares;
}

static struct pump streams_of(bool terminal, int slave) {
    bool own = terminal && slave >= 0;
    return (struct pump){
        .input = own ? slave : STDIN_FILENO,
        .output = own ? slave : STDOUT_FILENO,
        .error = terminal ? -1 : STDERR_FILENO,
        .has_terminal = terminal,
        .terminal = own ? slave : -1,
        .closes_outputs = !terminal,
        .last_output_ms = LAST_OUTPUT_MS,
        .also = {{control_fd, take_order}, {network_fd, follow_network}, {names_fd, names_work}},
        .on_other = on_other,
    };
}

static _Noreturn void stand(int slave, int signals) {
    const char *at = message_from(me.control);
    if (at == NULL) _exit(0); // no post: the command that started it has failed
    char *ports[8];
    unsigned count = 0;
    int terminal = 0, reports = 0;
    sscanf(next_line(&at), "%d %d", &terminal, &reports);
    me.space = next_line(&at);
    me.container = next_line(&at);
    const char *exec = next_line(&at);
    bool networked = entered(next_line(&at));
    const char *resolv_conf = next_line(&at);
    if (networked && *resolv_conf != '\0') names_of(resolv_conf);
    while (*at != '\0' && count < 8) ports[count++] = next_line(&at);
    struct pump pump = streams_of(terminal != 0, slave);
    pump.signals = signals;
    report_code(KILLED);
    if (!pump_connect(ports, count, me.container, exec)) stop_errno("cannot reach the VM");
    if (reports) agent_await_oom();
    struct pump_end end = pump_run(&pump);
    int status = end.how == PUMP_STATUS ? end.number : KILLED;
    report_code(status);
    if (networked) network_leave();
    _exit(status);
}

// Other descriptors belong to the engine, which waits until all of their copies are closed.
static void close_others(int slave, int signals) {
    for (int fd = 3; fd < 1024; fd++) {
        if (fd != me.control && fd != slave && fd != signals && fd != me.held) close(fd);
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
        me.control = control[0];
        if (session || slave >= 0) setsid();
        close_others(slave, signals);
        if (slave >= 0) console_take(slave);
        stand(slave, signals);
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
    me.control = control;
    for (int fd = 0; fd < 3; fd++) dup2(streams->fd[fd], fd);
    close_others(-1, signals);
    stand(-1, signals);
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

static void put_line(struct bytes *text, const char *line) {
    bytes_text(text, line);
    bytes_text(text, "\n");
}

static char *reply_of(const struct standin *standin) {
    struct timeval limit = {.tv_sec = POST_SECONDS};
    setsockopt(standin->control, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return message_from(standin->control);
}

const char *standin_post(const struct standin *standin, const struct post *post) {
    struct bytes text = {0};
    bytes_format(&text, "%d %d\n", post->terminal, post->reports);
    put_line(&text, post->space == NULL ? "" : post->space);
    put_line(&text, post->container);
    put_line(&text, post->exec);
    if (post->shares_network) bytes_add(&text, (char[]){SHARE}, 1);
    put_line(&text, post->network == NULL ? STAY : post->network);
    put_line(&text, post->resolv_conf == NULL ? "" : post->resolv_conf);
    for (unsigned i = 0; i < post->port_count; i++) put_line(&text, post->ports[i]);
    bool sent = text.length <= POST_MOST && order(standin, &text);
    free(text.at);
    if (sent && post->network == NULL) return NULL;
    char *reply = sent ? reply_of(standin) : NULL;
    if (reply == NULL) return "the process that stands for it has ended";
    return strcmp(reply, ENTERED) == 0 ? NULL : reply;
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

void standin_serve_names(const struct standin *standin, const char *resolv_conf) {
    struct in_addr servers[NAMES_SERVERS];
    if (resolv_conf == NULL || names_read(resolv_conf, servers) == 0) return;
    order_numbers(standin, ORDER_NAMES, 0, 0);
    free(reply_of(standin));
}

void standin_cancel(const struct standin *standin) {
    kill(standin->pid, SIGKILL);
    waitpid(standin->pid, NULL, 0);
}
