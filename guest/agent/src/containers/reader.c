#include "reader.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static void watch(struct reader *reader, bool wanted) {
    if (wanted == reader->watched) return;
    reader->watched = wanted;
    if (wanted) {
        loop_watch(&reader->source, EPOLLIN);
    } else {
        loop_unwatch(&reader->source);
    }
}

static struct call *take_call(struct reader *reader) {
    struct call *call = reader->call;
    watch(reader, false);
    reader->call = NULL;
    return call;
}

static void close_now(struct reader *reader) {
    close(reader->source.fd);
    reader->open = false;
}

static ssize_t read_some(struct reader *reader, void *bytes, size_t most) {
    ssize_t got;
    do {
        got = read(reader->source.fd, bytes, most);
    } while (got < 0 && errno == EINTR);
    return got < 0 && errno == EIO ? 0 : got; // EIO: no process has the terminal open
}

static void answer_end(struct call *call) { call_reply_empty(call); }

// False = there is no data yet.
static bool answer(struct reader *reader, struct call *call, size_t most) {
    uint8_t *bytes = call_room_for_bytes(call, most);
    if (bytes == NULL) {
        call_fail(take_call(reader), STATUS_RESOURCE_EXHAUSTED, "no memory for %zu bytes", most);
        return true;
    }
    ssize_t got = read_some(reader, bytes, most);
    if (got > 0) {
        take_call(reader);
        call_reply_bytes(call, (size_t)got);
        return true;
    }
    int error = errno;
    call_no_bytes(call);
    if (got < 0 && error == EAGAIN) return false;
    take_call(reader);
    close_now(reader);
    if (got == 0) {
        answer_end(call);
    } else {
        call_fail(call, STATUS_INTERNAL, "cannot read the stream: %s", strerror(error));
    }
    return true;
}

static void look(struct reader *reader) {
    bool room = call_has_room(reader->call);
    bool answered = room && answer(reader, reader->call, reader->most);
    if (!answered) watch(reader, room);
}

static void on_ready(struct source *source, uint32_t events) {
    (void)events;
    look((struct reader *)source);
}

static void on_room(void *context) { look(context); }

static void on_gone(void *context) {
    struct reader *reader = context;
    take_call(reader);
}

static const struct keeper keeper = {.gone = on_gone, .room = on_room};

void reader_open(struct reader *reader, int fd) {
    *reader = (struct reader){.source = {.fd = fd, .ready = on_ready}, .open = true};
}

void reader_ask(struct reader *reader, struct call *call, size_t most) {
    if (reader->call != NULL) {
        call_fail(call, STATUS_FAILED_PRECONDITION, "another call already waits for data of this stream");
    } else if (!reader->open) {
        answer_end(call);
    } else {
        reader->call = call;
        reader->most = most;
        call_keep(call, &keeper, reader);
        look(reader);
    }
}

void reader_text(struct reader *reader, char *text, size_t size) {
    size_t length = 0;
    ssize_t got = 1;
    while (reader->open && got > 0 && length < size - 1) {
        got = read_some(reader, text + length, size - 1 - length);
        if (got > 0) length += (size_t)got;
    }
    text[length] = '\0';
}

int reader_release(struct reader *reader) {
    reader->open = false;
    return reader->source.fd;
}

void reader_close(struct reader *reader) {
    struct call *call = take_call(reader);
    if (reader->open) close_now(reader);
    if (call != NULL) answer_end(call);
}
