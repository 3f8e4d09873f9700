#include "pump.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "bytes.h"
#include "message.h"

#define CHUNK 16384

// An output: from the guest to a descriptor.
struct flow {
    int fd;
    bool error;
    bool ended;
    struct bytes waiting;
};

static struct {
    const struct pump *pump;
    int status; // -1 = the process runs
    struct flow out[2];
    int input;
    bool input_open;
    bool writing;
    struct bytes typed; // what the process has not taken yet
    bool asked_to_end;
    bool over;
    struct pump_end end; // how, when it is over
} me;

static void finish(struct pump_end end) {
    if (!me.over) me.end = end;
    me.over = true;
}

static void lose(void) { finish((struct pump_end){.how = PUMP_LOST}); }

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
    if (code != 0) {
        lose();
        return;
    }
    me.status = some ? (int)field.value & 0xff : 0;
}

static void on_answer(enum call call, int code, const uint8_t *payload, size_t length) {
    switch (call) {
    case CALL_WAIT: on_exit_status(code, payload, length); break;
    case CALL_STDOUT: on_output(&me.out[0], code, payload, length); break;
    case CALL_STDERR: on_output(&me.out[1], code, payload, length); break;
    case CALL_STDIN: on_input(code, payload, length); break;
    case CALL_OOM:
    case CALL_QUERY:
        if (me.pump->on_other != NULL) me.pump->on_other(call, code, payload, length);
        break;
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
    if (sent < 0 && me.pump->outputs_matter) {
        finish((struct pump_end){.how = PUMP_OUTPUT, .number = errno, .error = flow->error});
    } else if (sent < 0) {
        flow->fd = -1;
        flow->waiting.length = 0;
    } else {
        bytes_drop(&flow->waiting, (size_t)sent);
    }
    read_on(flow);
}

static void resize(void) {
    struct winsize size;
    if (me.pump->terminal >= 0 && ioctl(me.pump->terminal, TIOCGWINSZ, &size) == 0 && size.ws_row > 0) {
        agent_resize(size.ws_row, size.ws_col);
    }
}

static bool is_last(int number) {
    bool to_end = number == SIGHUP || number == SIGINT || number == SIGTERM;
    bool last = to_end && me.asked_to_end && me.pump->second_signal_ends;
    me.asked_to_end |= to_end;
    return last;
}

static void take_signal(void) {
    struct signalfd_siginfo info;
    if (read(me.pump->signals, &info, sizeof info) != sizeof info) return;
    int number = (int)info.ssi_signo;
    if (number == SIGWINCH) {
        resize();
    } else if (is_last(number)) {
        finish((struct pump_end){.how = PUMP_SIGNAL, .number = number});
    } else if (me.status < 0) {
        agent_signal(number, false);
    }
}

// Another file of this process must not get the number of an output.
static void close_output(struct flow *flow) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0 && dup2(null, flow->fd) >= 0) flow->fd = -1;
    if (null >= 0) close(null);
}

static void close_outputs(void) {
    for (int i = 0; i < 2; i++) {
        struct flow *flow = &me.out[i];
        if (flow->ended && flow->waiting.length == 0 && flow->fd >= 0) close_output(flow);
    }
}

static bool all_written(void) {
    for (int i = 0; i < 2; i++) {
        if (!me.out[i].ended || me.out[i].waiting.length > 0) return false;
    }
    return true;
}

enum { AGENT_SOCKET, SIGNALS, INPUT, OUTPUT, ERRORS, ALSO, SOURCES = ALSO + PUMP_SOURCES };

static void fill(struct pollfd polled[SOURCES]) {
    bool take = me.input_open && me.typed.length < CHUNK;
    polled[AGENT_SOCKET] = (struct pollfd){agent_fd(), (short)(POLLIN | (agent_has_unsent() ? POLLOUT : 0)), 0};
    polled[SIGNALS] = (struct pollfd){me.pump->signals, POLLIN, 0};
    polled[INPUT] = (struct pollfd){take ? me.input : -1, POLLIN, 0};
    for (int i = 0; i < 2; i++) {
        struct flow *flow = &me.out[i];
        polled[OUTPUT + i] = (struct pollfd){flow->waiting.length > 0 ? flow->fd : -1, POLLOUT, 0};
    }
    for (int i = 0; i < PUMP_SOURCES; i++) {
        const struct pump_source *source = &me.pump->also[i];
        polled[ALSO + i] = (struct pollfd){source->fd == NULL ? -1 : source->fd(), POLLIN, 0};
    }
}

static void begin(const struct pump *pump) {
    bool has_input = pump->input >= 0;
    me.pump = pump;
    me.status = -1;
    me.input = pump->input;
    me.input_open = has_input;
    me.out[0] = (struct flow){.fd = pump->output};
    me.out[1] = (struct flow){.fd = pump->error, .error = true, .ended = pump->error < 0};
    agent_wait();
    read_on(&me.out[0]);
    read_on(&me.out[1]);
    resize();
    if (!has_input && !pump->has_terminal) agent_close_input();
}

bool pump_connect(char *const *ports, unsigned count, const char *container, const char *exec) {
    return agent_connect(ports, count, container, exec, on_answer);
}

struct pump_end pump_run(const struct pump *pump) {
    begin(pump);
    while (!me.over && (me.status < 0 || !all_written())) {
        struct pollfd polled[SOURCES];
        fill(polled);
        int ready = poll(polled, SOURCES, me.status < 0 ? -1 : pump->last_output_ms);
        if (ready < 0 && errno != EINTR) lose();
        if (ready == 0) break;
        if (ready < 0) continue;
        if (polled[SIGNALS].revents) take_signal();
        for (int i = 0; i < PUMP_SOURCES; i++) {
            if (polled[ALSO + i].revents) pump->also[i].work();
        }
        if (polled[INPUT].revents) take_input();
        if (polled[OUTPUT].revents) give_output(&me.out[0]);
        if (polled[ERRORS].revents) give_output(&me.out[1]);
        if (!agent_work()) {
            if (me.status < 0) lose();
            break;
        }
        if (me.pump->closes_outputs) close_outputs();
    }
    return me.over ? me.end : (struct pump_end){.how = PUMP_STATUS, .number = me.status};
}
