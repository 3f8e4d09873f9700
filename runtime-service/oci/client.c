// vmfactory-client: a command of vmfactory without a JVM of its own.
//
//   vmfactory-client [OPTIONS] VERB [OPTIONS] [WORDS]
//
// The runtime service runs the command line (command.h). This program writes the output, and connects the user to the
// process in the VM. If there is no service, or the service declines, it runs $VMFACTORY_LAUNCHER, which starts a JVM.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "command.h"
#include "message.h"
#include "place.h"
#include "pump.h"
#include "report.h"

// The service ends what a signal interrupts, and removes the container.
#define END_MS 30000

static struct {
    int signals; // a signalfd
    sigset_t mask;         // that of the caller
    sighandler_t for_pipe; // that of the caller
    int ending;            // the signal that ends the command; 0 = none
    bool attached;         // a process was
    int status;            // the exit status of the process; -1 = none
} me = {.status = -1};

static struct termios usual;
static bool raw;

static void restore_terminal(void) {
    if (raw) tcsetattr(STDIN_FILENO, TCSADRAIN, &usual);
    raw = false;
}

// Passes each key on, as stty(1) does with "raw -echo".
static bool make_raw(void) {
    struct termios mode;
    if (tcgetattr(STDIN_FILENO, &usual) < 0) return false;
    mode = usual;
    mode.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | IGNPAR | PARMRK | INPCK | ISTRIP | INLCR | IGNCR | ICRNL | IUCLC | IXON | IXANY |
                                IXOFF | IMAXBEL);
    mode.c_oflag &= ~(tcflag_t)OPOST;
    mode.c_lflag &= ~(tcflag_t)(ISIG | ICANON | ECHO);
    mode.c_cc[VMIN] = 1;
    mode.c_cc[VTIME] = 0;
    raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) == 0;
    return raw;
}

static _Noreturn void run_it_yourself(char **arguments) {
    const char *launcher = getenv("VMFACTORY_LAUNCHER");
    if (launcher == NULL) stop("start this program with the script vmfactory");
    signal(SIGPIPE, me.for_pipe);
    sigprocmask(SIG_SETMASK, &me.mask, NULL);
    setenv("VMFACTORY_JVM", "1", 1);
    execv(launcher, arguments);
    stop_errno("cannot run %s", launcher);
}

// A signal that the caller ignores stays ignored, as with nohup.
static void take_signals(void) {
    static const int taken[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        struct sigaction now;
        if (sigaction(taken[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN) sigaddset(&set, taken[i]);
    }
    sigprocmask(SIG_BLOCK, &set, &me.mask);
    me.signals = signalfd(-1, &set, SFD_CLOEXEC);
}

// Returns the number of a signal that has arrived; 0 = none that matters here.
static int signal_number(void) {
    struct signalfd_siginfo info;
    if (read(me.signals, &info, sizeof info) != sizeof info) return 0;
    return info.ssi_signo == SIGWINCH ? 0 : (int)info.ssi_signo;
}

// The first signal lets the service end the command; while it removes the container of a process that has ended, the
// exit code is that of the process. The second ends this program.
static void on_signal(int number) {
    if (number == 0) return;
    if (me.ending != 0) exit(128 + number);
    me.ending = number;
    if (!me.attached && !command_signal(number)) exit(128 + number);
}

static const char *written(int fd, const uint8_t *at, size_t length) {
    while (length > 0) {
        struct pollfd polled[] = {{fd, POLLOUT, 0}, {me.signals, POLLIN, 0}};
        if (poll(polled, 2, -1) < 0) continue;
        if (polled[1].revents) {
            int number = signal_number();
            if (number != 0) exit(128 + number);
        }
        if (!polled[0].revents) continue;
        ssize_t sent = write(fd, at, length < 4096 ? length : 4096);
        if (sent < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (sent < 0) return strerror(errno);
        at += sent;
        length -= (size_t)sent;
    }
    return "";
}

static void show(const struct message *message) {
    struct reader reader = reader_of(message->at, message->length);
    struct field field;
    struct bytes text = {0};
    bool error = false;
    while (next_field(&reader, &field)) {
        if (field.number == 1) error = field.value != 0;
        if (field.number == 2) bytes_add(&text, field.bytes, field.length);
    }
    command_output_taken(written(error ? STDERR_FILENO : STDOUT_FILENO, text.at, text.length));
    free(text.at);
}

struct attachment {
    char *container, *exec, *ports[8];
    unsigned port_count;
    bool terminal, input, raw;
};

static struct attachment attachment_in(const struct message *message) {
    struct attachment attachment = {.container = "", .exec = ""};
    struct reader reader = reader_of(message->at, message->length);
    struct field field;
    while (next_field(&reader, &field)) {
        switch (field.number) {
        case 1: attachment.container = text_of(field.bytes, field.length); break;
        case 2: attachment.exec = text_of(field.bytes, field.length); break;
        case 3:
            if (attachment.port_count < 8) attachment.ports[attachment.port_count++] = text_of(field.bytes, field.length);
            break;
        case 4: attachment.terminal = field.value != 0; break;
        case 5: attachment.input = field.value != 0; break;
        case 6: attachment.raw = field.value != 0; break;
        }
    }
    return attachment;
}

static int first_terminal(void) {
    for (int fd = 0; fd < 3; fd++) {
        if (isatty(fd)) return fd;
    }
    return -1;
}

static void report_end(struct pump_end end) {
    switch (end.how) {
    case PUMP_STATUS:
        me.status = end.number;
        command_ended_with(1, end.number);
        break;
    case PUMP_SIGNAL:
        me.status = 128 + end.number;
        command_ended_with(2, end.number);
        break;
    case PUMP_OUTPUT: command_ended_output(end.error, strerror(end.number)); break;
    case PUMP_LOST: command_ended_lost("the connection to the VM is lost"); break;
    }
}

static void attach(const struct message *message) {
    struct attachment to = attachment_in(message);
    struct pump pump = {
        .input = to.input ? STDIN_FILENO : -1,
        .output = STDOUT_FILENO,
        .error = to.terminal ? -1 : STDERR_FILENO,
        .terminal = to.terminal ? first_terminal() : -1,
        .has_terminal = to.terminal,
        .signals = me.signals,
        .second_signal_ends = true,
        .outputs_matter = true,
        .last_output_ms = -1,
    };
    me.attached = true;
    if (!pump_connect(to.ports, to.port_count, to.container, to.exec)) {
        command_ended_lost("the VM cannot be reached");
        return;
    }
    if (to.raw && !make_raw()) stop_errno("cannot set up the terminal");
    struct pump_end end = pump_run(&pump);
    restore_terminal();
    report_end(end);
}

// The process has ended, or the command was cut off.
static _Noreturn void without_service(void) {
    if (me.ending != 0 && !me.attached) exit(128 + me.ending);
    if (me.status >= 0) exit(me.status);
    stop("the runtime service has ended; repeat the command");
}

static void take_messages(char **arguments) {
    struct message message;
    int taken;
    while ((taken = command_take(&message, false)) > 0) {
        switch (message.kind) {
        case SERVICE_OUTPUT: show(&message); break;
        case SERVICE_ATTACH: attach(&message); break;
        case SERVICE_EXIT: {
            struct reader reader = reader_of(message.at, message.length);
            struct field field;
            exit(next_field(&reader, &field) ? (int)field.value & 0xff : 0);
        }
        case SERVICE_DECLINES: run_it_yourself(arguments);
        }
    }
    if (taken < 0) without_service();
}

// The exit codes of run and exec below 125 are those of the process.
static int own_failure(char **words) {
    for (; *words != NULL; words++) {
        if (strcmp(*words, "run") == 0 || strcmp(*words, "exec") == 0) return 125;
        bool has_value = strcmp(*words, "--config") == 0 || strcmp(*words, "--socket") == 0 || strcmp(*words, "--timeout") == 0;
        if (has_value && words[1] != NULL) words++;
        if (!has_value && **words != '-') break;
    }
    return 1;
}

int main(int argc, char **argv) {
    (void)argc;
    report_name("vmfactory");
    report_code(own_failure(argv + 1));
    atexit(restore_terminal);
    sigprocmask(SIG_SETMASK, NULL, &me.mask);
    me.for_pipe = signal(SIGPIPE, SIG_IGN);
    char path[PATH_MAX];
    if (!place_of_socket(argv + 1, path) || !command_connect(path)) run_it_yourself(argv);
    take_signals();
    if (!command_begin(argv + 1, environ)) run_it_yourself(argv);
    for (;;) {
        struct pollfd polled[] = {{command_fd(), POLLIN, 0}, {me.signals, POLLIN, 0}};
        int ready = poll(polled, 2, me.ending != 0 ? END_MS : -1);
        if (ready == 0) exit(me.status >= 0 ? me.status : 128 + me.ending);
        if (ready < 0) continue;
        if (polled[1].revents) on_signal(signal_number());
        if (polled[0].revents) take_messages(argv);
    }
}
