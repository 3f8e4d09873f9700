#include "writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "kata/agent.pb-c.h"

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

static void on_ready(struct source *source, uint32_t events) {
    (void)events;
    struct writer *writer = (struct writer *)source;
    answer(writer, writer->call, writer->bytes, writer->length);
}

static void on_gone(void *context) {
    struct writer *writer = context;
    take_call(writer);
}

static const struct keeper keeper = {.gone = on_gone};

void writer_open(struct writer *writer, int fd) {
    *writer = (struct writer){.source = {.fd = fd, .ready = on_ready}, .open = true};
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
    } else if (!writer->open) {
        call_fail(call, STATUS_FAILED_PRECONDITION, "the input is closed");
    } else if (!answer(writer, call, bytes, length)) {
        wait_for_room(writer, call, bytes, length);
    }
}

void writer_close(struct writer *writer) {
    struct call *call = take_call(writer);
    if (writer->open) close(writer->source.fd);
    writer->open = false;
    if (call == NULL) return;
    call_fail(call, STATUS_FAILED_PRECONDITION, "the input was closed while the call waited");
}
