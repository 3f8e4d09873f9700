#include "apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "loop.h"
#include "need.h"
#include "report.h"
#include "status.h"

// The kernel answers at once.
#define SECONDS 10

#define PART 4096

// Comes before the result. The text of a failure does not begin with it.
#define DONE '\n'

struct apart {
    struct source source; // the first member
    struct bytes got;
    relay_done done;
    void *context;
};

static void report(struct apart *apart) {
    const uint8_t *at = apart->got.at;
    size_t length = apart->got.length;
    if (length > 0 && *at == DONE) {
        apart->done(apart->context, 0, at + 1, length - 1);
    } else if (length > 0) {
        apart->done(apart->context, STATUS_INTERNAL, at, length - 1); // without the end of the line
    } else {
        const char *text = "network: the process that connects it has ended";
        apart->done(apart->context, STATUS_INTERNAL, (const uint8_t *)text, strlen(text));
    }
    free(apart->got.at);
    free(apart);
}

static void on_output(struct source *source, uint32_t events) {
    struct apart *apart = (struct apart *)source;
    (void)events;
    uint8_t *place = bytes_extend(&apart->got, PART);
    ssize_t got = read(source->fd, place, PART);
    int error = errno;
    apart->got.length -= PART - (size_t)(got > 0 ? got : 0);
    if (got > 0 || (got < 0 && (error == EAGAIN || error == EINTR))) return;
    loop_unwatch(source);
    close(source->fd);
    report(apart);
}

static _Noreturn void work_apart(apart_work work, const char *id, pid_t standin, int result) {
    struct bytes done = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(SECONDS);
    report_name("network");
    dup2(result, STDERR_FILENO);
    bytes_add(&done, (char[]){DONE}, 1);
    work(id, standin, &done);
    while (done.length > 0) {
        ssize_t written = write(result, done.at, done.length);
        if (written < 0 && errno != EINTR) _exit(1);
        if (written > 0) bytes_drop(&done, (size_t)written);
    }
    _exit(0);
}

void apart_run(apart_work work, const char *id, pid_t standin, relay_done done, void *context) {
    struct apart *apart = need(calloc(1, sizeof *apart));
    int ends[2];
    apart->done = done;
    apart->context = context;
    pid_t pid = -1;
    if (pipe2(ends, O_CLOEXEC) == 0) {
        pid = fork();
        if (pid == 0) work_apart(work, id, standin, ends[1]);
        close(ends[1]);
        if (pid < 0) close(ends[0]);
    }
    if (pid < 0) {
        report(apart);
        return;
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    apart->source = (struct source){ends[0], on_output};
    loop_watch(&apart->source, EPOLLIN);
}
