#include "port.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "calls.h"
#include "lock.h"
#include "loop.h"
#include "need.h"
#include "ttrpc/frame.h"
#include "ttrpc/output.h"
#include "unix.h"

#define ROOM (1u << 20)
#define READ_SIZE (64u << 10)

// A program that holds the port without a relay ends soon, or never.
#define LOCK_SECONDS 5

static struct {
    struct source source;
    int lock;
    bool broken;
    struct output output;
    const struct port_user *user;
    // The answer that is being read: its header, the rest of its body, and the client; NULL = it is dropped.
    uint8_t header[FRAME_HEADER_SIZE];
    size_t header_have;
    size_t body_lacks;
    struct client *client;
} port;

bool port_has_room(void) { return output_pending(&port.output) < ROOM; }
bool port_is_broken(void) { return port.broken; }

static void send_request(uint32_t id, const uint8_t *body, size_t length) {
    uint8_t *place = need(output_extend(&port.output, FRAME_HEADER_SIZE + length));
    frame_response_header(place, id, (uint32_t)length);
    place[8] = FRAME_REQUEST;
    memcpy(place + FRAME_HEADER_SIZE, body, length);
    output_flush(&port.output, port.source.fd);
}

void port_ask(struct client *client, uint32_t stream, const uint8_t *body, size_t length) {
    send_request(calls_add(client, stream), body, length);
}

// vmfactory.guest.v1.Guest/ForgetCall with field 1: a varint.
static void forget_call(uint32_t id) {
    static const char head[] = "\x0a\x18vmfactory.guest.v1.Guest\x12\x0a" "ForgetCall\x1a";
    uint8_t body[sizeof head + 8];
    size_t length = sizeof head - 1, start = length + 1;
    memcpy(body, head, length);
    length = start;
    body[length++] = 0x08;
    for (; id > 0x7f; id >>= 7) body[length++] = (uint8_t)(id | 0x80);
    body[length++] = (uint8_t)id;
    body[start - 1] = (uint8_t)(length - start);
    send_request(calls_next_id(), body, length);
}

void port_forget(const struct client *client) {
    calls_drop(client, forget_call);
    if (port.client == client) port.client = NULL;
}

// Returns false if the bytes are no answer's header.
static bool begin_answer(void) {
    uint32_t length = frame_length(port.header), stream = 0;
    if (length > FRAME_BODY_MAX) return false;
    port.client = calls_take(frame_stream(port.header), &stream);
    port.body_lacks = length;
    uint8_t type = port.header[8], flags = port.header[9];
    frame_response_header(port.header, stream, length);
    port.header[8] = type;
    port.header[9] = flags;
    if (port.client != NULL) port.user->answer(port.client, port.header, FRAME_HEADER_SIZE);
    return true;
}

static bool feed(const uint8_t *bytes, size_t length) {
    while (length > 0) {
        bool header = port.body_lacks == 0;
        size_t lacks = header ? FRAME_HEADER_SIZE - port.header_have : port.body_lacks;
        size_t take = length < lacks ? length : lacks;
        if (header) {
            memcpy(port.header + port.header_have, bytes, take);
            port.header_have += take;
            if (port.header_have == FRAME_HEADER_SIZE) {
                port.header_have = 0;
                if (!begin_answer()) return false;
            }
        } else {
            if (port.client != NULL) port.user->answer(port.client, bytes, take);
            port.body_lacks -= take;
        }
        bytes += take;
        length -= take;
    }
    return true;
}

static bool take_all(void) {
    static uint8_t bytes[READ_SIZE];
    for (;;) {
        ssize_t got = read(port.source.fd, bytes, sizeof bytes);
        if (got > 0 && feed(bytes, (size_t)got)) continue;
        if (got < 0 && errno == EINTR) continue;
        return got < 0 && errno == EAGAIN;
    }
}

static void on_ready(struct source *source, uint32_t events) {
    (void)events;
    bool full = !port_has_room();
    output_flush(&port.output, source->fd);
    port.broken = !take_all();
    if (!port.broken && full && port_has_room()) port.user->room();
}

void port_connect(const char *path) {
    port.lock = lock_open(path);
    lock_take_within(port.lock, path, LOCK_SECONDS);
    port.source = (struct source){.fd = unix_connect(path), .ready = on_ready};
}

// Its first request is a Check, by which the agent recognises a new host.
void port_start(const struct port_user *user) {
    static const char check[] = "\x0a\x0bgrpc.Health\x12\x05" "Check";
    port.user = user;
    calls_start();
    loop_watch(&port.source, EPOLLIN | EPOLLOUT | EPOLLET);
    send_request(calls_next_id(), (const uint8_t *)check, sizeof check - 1);
}

void port_close(void) {
    close(port.source.fd);
    close(port.lock);
}
