#include "channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "dispatch.h"
#include "log.h"

// The virtio console driver hands out at most one buffer of the device (4096 bytes) per read, and a
// buffer never holds bytes of two hosts. So with reads of at least that size a new host's first
// byte is always the first byte of a read.
#define READ_SIZE 16384

// A host that asks and does not read its answers is not heard beyond this.
#define OUTPUT_LIMIT (1u << 20)

bool channel_has_room(const struct channel *channel) {
    return output_pending(&channel->output) < OUTPUT_LIMIT;
}

static const char check[] = "\x0a\x0bgrpc.Health\x12\x05" "Check"; // fields 1 and 2 of ttrpc.Request
#define CHECK_SIZE (sizeof check - 1)

// A host counts its streams on from where it began; another one begins anywhere.
#define STREAMS_UNDER_WAY 1024

// Whether a request is the first of another host, which came so soon after the last one that the driver
// has not shown the gap. What the last one waits for must not be answered to this one.
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
        channel->conversation = conversation_start(channel);
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
    channel->conversation = conversation_start(channel);
    frame_parser_reset(&channel->parser);
    output_reset(&channel->output);
}

// Whether a read begins as a host begins: with a request for grpc.Health/Check. Hosts that change
// while the guest's CPU stands still leave no other trace than that.
static bool greets(const uint8_t *bytes, size_t length) {
    return length >= FRAME_HEADER_SIZE + CHECK_SIZE && bytes[7] % 2 == 1 && bytes[8] == FRAME_REQUEST
        && bytes[9] == 0 && memcmp(bytes + FRAME_HEADER_SIZE, check, CHECK_SIZE) == 0;
}

// Whether the rest of a frame is bytes of anybody's, who could write there what a host begins with.
static bool carries_data(const struct frame_parser *parser) {
    static const char write[] = "\x0a\x11grpc.AgentService\x12\x0aWriteStdin";
    static const char copy[] = "\x0a\x11grpc.AgentService\x12\x08" "CopyFile";
    return frame_parser_body_starts(parser, write, sizeof write - 1)
        || frame_parser_body_starts(parser, copy, sizeof copy - 1);
}

// False = the bytes are no frames.
static bool take(struct channel *channel, const uint8_t *bytes, size_t length) {
    bool midway = frame_parser_midway(&channel->parser);
    bool port = channel->kind == CHANNEL_PORT;
    if (port && midway && !carries_data(&channel->parser) && greets(bytes, length)) start_over(channel);
    if (frame_parser_feed(&channel->parser, bytes, length)) return true;
    if (!port) return false;
    // Perhaps a new host's first bytes behind an old host's half frame; else this read is dropped.
    start_over(channel);
    if (!midway || !frame_parser_feed(&channel->parser, bytes, length)) start_over(channel);
    return true;
}

enum reading { READ_EMPTY, READ_AHEAD, READ_GONE };

static enum reading take_all(struct channel *channel) {
    uint8_t bytes[READ_SIZE];
    bool taken = false;
    while (channel_has_room(channel)) {
        ssize_t got = read(channel->source.fd, bytes, sizeof bytes);
        bool good = got > 0 && take(channel, bytes, (size_t)got);
        taken = taken || good;
        if (good || (got < 0 && errno == EINTR)) continue;
        if (got < 0 && errno == EAGAIN) return READ_EMPTY;
        return got == 0 && taken ? READ_AHEAD : READ_GONE;
    }
    return READ_EMPTY; // the event that there is room again continues
}

static void on_ready(struct source *source, uint32_t events) {
    struct channel *channel = (struct channel *)source;
    bool port = channel->kind == CHANNEL_PORT;
    if (port && (events & EPOLLHUP) && !channel->ahead) start_over(channel);
    output_flush(&channel->output, source->fd);
    conversation_room(channel->conversation);
    enum reading end = take_all(channel);
    // Until the gap has passed, events say nothing new of the host whose bytes have been read already.
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
    struct channel *channel = calloc(1, sizeof *channel);
    if (channel == NULL) abort();
    channel->source = (struct source){.fd = fd, .ready = on_ready};
    channel->kind = kind;
    channel->conversation = conversation_start(channel);
    frame_parser_init(&channel->parser, &sink, channel);
    loop_watch(&channel->source, EPOLLIN | EPOLLOUT | EPOLLET);
    return channel;
}

void channel_close(struct channel *channel) {
    conversation_end(channel->conversation);
    loop_unwatch(&channel->source);
    close(channel->source.fd);
    frame_parser_free(&channel->parser);
    output_free(&channel->output);
    free(channel);
}

void channel_send(struct channel *channel, uint32_t stream, const ProtobufCMessage *response) {
    size_t length = protobuf_c_message_get_packed_size(response);
    uint8_t *place = output_extend(&channel->output, FRAME_HEADER_SIZE + length);
    if (place == NULL) {
        log_error("no memory for an answer of %zu bytes", length);
        return;
    }
    frame_response_header(place, stream, (uint32_t)length);
    protobuf_c_message_pack(response, place + FRAME_HEADER_SIZE);
    output_flush(&channel->output, channel->source.fd);
}

// Such an answer is written where it will be sent from. Its lengths are varints of a fixed width, so
// that they can be put in front of the bytes when it is known how many there are.
#define BYTES_HEAD (FRAME_HEADER_SIZE + 1 + LENGTH_WIDTH + 1 + LENGTH_WIDTH)
#define LENGTH_WIDTH 4

static uint8_t *put_length(uint8_t *at, uint8_t tag, size_t length) {
    *at++ = tag;
    for (int i = 0; i < LENGTH_WIDTH; i++) {
        *at++ = (uint8_t)((length & 0x7f) | (i < LENGTH_WIDTH - 1 ? 0x80 : 0));
        length >>= 7;
    }
    return at;
}

uint8_t *channel_bytes_begin(struct channel *channel, size_t most) {
    uint8_t *place = output_extend(&channel->output, BYTES_HEAD + most);
    channel->bytes_room = most;
    return place == NULL ? NULL : place + BYTES_HEAD;
}

void channel_bytes_end(struct channel *channel, uint32_t stream, size_t length) {
    output_shrink(&channel->output, channel->bytes_room - length);
    uint8_t *at = output_end(&channel->output) - BYTES_HEAD - length;
    frame_response_header(at, stream, (uint32_t)(BYTES_HEAD - FRAME_HEADER_SIZE + length));
    at = put_length(at + FRAME_HEADER_SIZE, 0x12, 1 + LENGTH_WIDTH + length); // ttrpc.Response.payload
    put_length(at, 0x0a, length);
    output_flush(&channel->output, channel->source.fd);
}

void channel_bytes_forget(struct channel *channel) {
    output_shrink(&channel->output, BYTES_HEAD + channel->bytes_room);
}
