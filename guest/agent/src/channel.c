#include "channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "dispatch.h"
#include "need.h"

// The virtio console driver returns at most one buffer of the device (4096 bytes) per read, and a buffer
// never holds bytes of two hosts. So with reads of at least that size, the first byte of a new host is
// always the first byte of a read.
#define READ_SIZE 16384

static const char check[] = "\x0a\x0bgrpc.Health\x12\x05" "Check"; // fields 1 and 2 of ttrpc.Request
#define CHECK_SIZE (sizeof check - 1)

// A host counts its stream ids up from its first one. Another host starts at a random one.
#define STREAMS_UNDER_WAY 1024

// Returns whether a request is the first one of another host, which connected so soon after the last host
// that the driver did not report the gap. Calls of the last host must not be answered to this one.
static bool is_newcomer(
    const struct channel *channel, uint32_t stream, const uint8_t *body, size_t length) {
    uint32_t ahead = stream - channel->last_stream;
    return channel->kind == CHANNEL_PORT && channel->conversation->calls > 0
        && (ahead == 0 || ahead > STREAMS_UNDER_WAY) && length >= CHECK_SIZE
        && memcmp(body, check, CHECK_SIZE) == 0;
}

static bool on_request(void *context, uint32_t stream, const uint8_t *body, size_t length) {
    struct channel *channel = context;
    if (is_newcomer(channel, stream, body, length)) {
        conversation_end(channel->conversation);
        channel->conversation = conversation_start(&channel->sender);
    }
    channel->last_stream = stream;
    return dispatch(channel->conversation, stream, body, length);
}

static void on_refuse(void *context, uint32_t stream, enum status code, const char *why) {
    struct channel *channel = context;
    call_fail(call_start(channel->conversation, stream), code, "%s", why);
}

static const struct frame_sink sink = {.request = on_request, .refuse = on_refuse};

static void start_over(struct channel *channel) {
    conversation_end(channel->conversation);
    channel->conversation = conversation_start(&channel->sender);
    frame_parser_reset(&channel->parser);
    output_reset(&channel->sender.output);
}

// Returns whether a read begins as every host begins: with a request for grpc.Health/Check. If the host
// changes while the guest's CPU is stopped, this is the only sign of it.
static bool greets(const uint8_t *bytes, size_t length) {
    return length >= FRAME_HEADER_SIZE + CHECK_SIZE && bytes[7] % 2 == 1 && bytes[8] == FRAME_REQUEST
        && bytes[9] == 0 && memcmp(bytes + FRAME_HEADER_SIZE, check, CHECK_SIZE) == 0;
}

// Returns whether the rest of a frame is arbitrary data, which may look like the first request of a host.
static bool carries_data(const struct frame_parser *parser) {
    static const char write[] = "\x0a\x11grpc.AgentService\x12\x0aWriteStdin";
    static const char copy[] = "\x0a\x11grpc.AgentService\x12\x08" "CopyFile";
    return frame_parser_body_starts(parser, write, sizeof write - 1)
        || frame_parser_body_starts(parser, copy, sizeof copy - 1);
}

// Returns false if the bytes are not frames.
static bool take(struct channel *channel, const uint8_t *bytes, size_t length) {
    bool midway = frame_parser_midway(&channel->parser);
    bool port = channel->kind == CHANNEL_PORT;
    if (port && midway && !carries_data(&channel->parser) && greets(bytes, length)) start_over(channel);
    if (frame_parser_feed(&channel->parser, bytes, length)) return true;
    if (!port) return false;
    // These may be a new host's first bytes after an old host's half frame. Otherwise drops this read.
    start_over(channel);
    if (!midway || !frame_parser_feed(&channel->parser, bytes, length)) start_over(channel);
    return true;
}

// How many buffers the driver gives to the device, for each port.
#define PORT_BUFFERS 128

static struct channel *ports; // the latest first

void channels_forget_others(const struct conversation *conversation) {
    uint8_t bytes[READ_SIZE];
    for (struct channel *port = ports; port != NULL; port = port->next_port) {
        if (port->conversation == conversation) continue;
        start_over(port);
        port->ahead = false;
        for (int i = 0; i < PORT_BUFFERS && read(port->source.fd, bytes, sizeof bytes) > 0; i++) continue;
    }
}

enum reading { READ_EMPTY, READ_AHEAD, READ_GONE };

static enum reading take_all(struct channel *channel) {
    uint8_t bytes[READ_SIZE];
    bool taken = false;
    while (sender_has_room(&channel->sender)) {
        ssize_t got = read(channel->source.fd, bytes, sizeof bytes);
        bool good = got > 0 && take(channel, bytes, (size_t)got);
        taken = taken || good;
        if (good || (got < 0 && errno == EINTR)) continue;
        if (got < 0 && errno == EAGAIN) return READ_EMPTY;
        return got == 0 && taken ? READ_AHEAD : READ_GONE;
    }
    return READ_EMPTY; // the event that reports room for output continues here
}

static void on_ready(struct source *source, uint32_t events) {
    struct channel *channel = (struct channel *)source;
    bool port = channel->kind == CHANNEL_PORT;
    if (port && (events & EPOLLHUP) && !channel->ahead) start_over(channel);
    output_flush(&channel->sender.output, channel->sender.fd);
    conversation_room(channel->conversation);
    enum reading end = take_all(channel);
    // Until the driver has reported the gap, events say nothing new about the host whose bytes were read.
    bool still_ahead = channel->ahead && end == READ_GONE && (events & EPOLLHUP);
    channel->ahead = port && (end == READ_AHEAD || still_ahead);
    if (end == READ_EMPTY || channel->ahead) return;
    if (port) {
        start_over(channel);
    } else {
        channel_close(channel);
    }
}

struct channel *channel_open(int fd, enum channel_kind kind) {
    struct channel *channel = need(calloc(1, sizeof *channel));
    channel->source = (struct source){.fd = fd, .ready = on_ready};
    channel->sender.fd = fd;
    channel->kind = kind;
    channel->conversation = conversation_start(&channel->sender);
    frame_parser_init(&channel->parser, &sink, channel);
    if (kind == CHANNEL_PORT) {
        channel->next_port = ports;
        ports = channel;
    }
    loop_watch(&channel->source, EPOLLIN | EPOLLOUT | EPOLLET);
    return channel;
}

static void forget_port(const struct channel *channel) {
    struct channel **at = &ports;
    while (*at != NULL && *at != channel) at = &(*at)->next_port;
    if (*at != NULL) *at = channel->next_port;
}

void channel_close(struct channel *channel) {
    forget_port(channel);
    conversation_end(channel->conversation);
    loop_unwatch(&channel->source);
    close(channel->source.fd);
    frame_parser_free(&channel->parser);
    output_free(&channel->sender.output);
    free(channel);
}
