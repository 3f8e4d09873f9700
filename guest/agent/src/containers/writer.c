#include "writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "kata/agent.pb-c.h"
#include "terminal.h"

static struct call *take_call(struct writer *writer) {
    struct call *call = writer->call;
    if (call != NULL) {
        loop_unwatch(&writer->source);
        free(writer->bytes);
    }
    writer->call = NULL;
    writer->bytes = NULL;
    return call;
}

// False = the stream takes no bytes yet.
static bool answer(struct writer *writer, struct call *call, const uint8_t *bytes, size_t length) {
    ssize_t written;
    do {
        written = write(writer->source.fd, bytes, length);
    } while (written < 0 && errno == EINTR);
    int error = errno;
    if (written < 0 && error == EAGAIN) return false;
    if (written > 0) writer->last = (char)bytes[written - 1];
    take_call(writer);
    if (written >= 0) {
        Grpc__WriteStreamResponse response = GRPC__WRITE_STREAM_RESPONSE__INIT;
        response.len = (uint32_t)written;
        call_reply(call, &response.base);
    } else if (error == EPIPE || error == EIO) {
        call_fail(call, STATUS_FAILED_PRECONDITION, "the process has closed its input");
    } else {
        call_fail(call, STATUS_INTERNAL, "cannot write to the stream: %s", strerror(error));
    }
    return true;
}

static void close_stream(struct writer *writer) {
    if (writer->ending > 0) loop_unwatch(&writer->source);
    if (writer->open) close(writer->source.fd);
    writer->open = false;
    writer->ending = 0;
}

// False = the terminal does not take all of them yet.
static bool send_eofs(struct writer *writer) {
    ssize_t written = 1;
    while (writer->ending > 0 && written == 1) {
        written = write(writer->source.fd, &writer->eof, 1);
        if (written == 1) writer->ending--;
    }
    return writer->ending == 0 || (written < 0 && errno != EAGAIN && errno != EINTR);
}

static void on_ready(struct source *source, uint32_t events) {
    (void)events;
    struct writer *writer = (struct writer *)source;
    if (writer->call != NULL) {
        answer(writer, writer->call, writer->bytes, writer->length);
    } else if (send_eofs(writer)) {
        loop_unwatch(source);
        writer->ending = 0;
        close_stream(writer);
    }
}

static void on_gone(void *context) {
    struct writer *writer = context;
    take_call(writer);
}

static const struct keeper keeper = {.gone = on_gone};

void writer_open(struct writer *writer, int fd) {
    *writer = (struct writer){.source = {.fd = fd, .ready = on_ready}, .open = true, .last = '\n'};
}

static void wait_for_room(
    struct writer *writer, struct call *call, const uint8_t *bytes, size_t length) {
    writer->bytes = malloc(length);
    if (writer->bytes == NULL) {
        call_fail(call, STATUS_RESOURCE_EXHAUSTED, "no memory for %zu bytes", length);
        return;
    }
    memcpy(writer->bytes, bytes, length);
    writer->length = length;
    writer->call = call;
    call_keep(call, &keeper, writer);
    loop_watch(&writer->source, EPOLLOUT);
}

void writer_ask(struct writer *writer, struct call *call, const uint8_t *bytes, size_t length) {
    if (writer->call != NULL) {
        call_fail(call, STATUS_FAILED_PRECONDITION, "another call already waits to write to this stream");
    } else if (!writer->open || writer->ending > 0) {
        call_fail(call, STATUS_FAILED_PRECONDITION, "the input is closed");
    } else if (!answer(writer, call, bytes, length)) {
        wait_for_room(writer, call, bytes, length);
    }
}

static void fail_waiting(struct call *call) {
    if (call == NULL) return;
    call_fail(call, STATUS_FAILED_PRECONDITION, "the input was closed while the call waited");
}

void writer_end_terminal(struct writer *writer) {
    if (!writer->open || writer->ending > 0) return;
    struct call *call = take_call(writer);
    bool mid_line;
    writer->eof = terminal_eof(writer->source.fd, writer->last, &mid_line);
    writer->ending = mid_line ? 2 : 1;
    loop_watch(&writer->source, EPOLLOUT);
    fail_waiting(call);
}

void writer_close(struct writer *writer) {
    struct call *call = take_call(writer);
    close_stream(writer);
    fail_waiting(call);
}
