#include "frame.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define FLAGS_KNOWN 0x7
#define BODY_KEPT (64u << 10) // memory kept between frames

static uint32_t read_u32(const uint8_t *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return ntohl(value);
}

static void write_u32(uint8_t *bytes, uint32_t value) {
    value = htonl(value);
    memcpy(bytes, &value, sizeof value);
}

void frame_response_header(uint8_t header[FRAME_HEADER_SIZE], uint32_t stream, uint32_t length) {
    write_u32(header, length);
    write_u32(header + 4, stream);
    header[8] = FRAME_RESPONSE;
    header[9] = 0;
}

void frame_parser_init(struct frame_parser *parser, const struct frame_sink *sink, void *context) {
    *parser = (struct frame_parser){.sink = sink, .context = context};
}

void frame_parser_free(struct frame_parser *parser) { free(parser->body); }

bool frame_parser_midway(const struct frame_parser *parser) {
    return parser->header_have > 0 || parser->skip > 0;
}

bool frame_parser_body_starts(const struct frame_parser *parser, const void *bytes, size_t length) {
    return parser->body_have >= length && memcmp(parser->body, bytes, length) == 0;
}

uint32_t frame_length(const uint8_t header[FRAME_HEADER_SIZE]) { return read_u32(header); }
uint32_t frame_stream(const uint8_t header[FRAME_HEADER_SIZE]) { return read_u32(header + 4); }

static uint32_t length_of(const struct frame_parser *parser) { return frame_length(parser->header); }
static uint32_t stream_of(const struct frame_parser *parser) { return frame_stream(parser->header); }

static void next_frame(struct frame_parser *parser) {
    parser->header_have = 0;
    parser->body_have = 0;
    if (parser->body_room > BODY_KEPT) {
        free(parser->body);
        parser->body = NULL;
        parser->body_room = 0;
    }
}

void frame_parser_reset(struct frame_parser *parser) {
    parser->skip = 0;
    next_frame(parser);
}

static void refuse(struct frame_parser *parser, enum status code, const char *why) {
    parser->skip = length_of(parser) - parser->body_have;
    parser->sink->refuse(parser->context, stream_of(parser), code, why);
    next_frame(parser);
}

static bool deliver(struct frame_parser *parser) {
    bool taken = parser->sink->request(
        parser->context, stream_of(parser), parser->body, parser->body_have);
    next_frame(parser);
    return taken;
}

static bool header_complete(struct frame_parser *parser) {
    uint8_t type = parser->header[8];
    if (type < FRAME_REQUEST || type > FRAME_DATA || (parser->header[9] & ~FLAGS_KNOWN) != 0) {
        return false;
    }
    if (type != FRAME_REQUEST) {
        refuse(parser, STATUS_INVALID_ARGUMENT, "the agent takes only requests, no streams");
    } else if (stream_of(parser) % 2 == 0) {
        refuse(parser, STATUS_INVALID_ARGUMENT, "the stream id of a client must be odd");
    } else if (length_of(parser) > FRAME_BODY_MAX) {
        refuse(parser, STATUS_RESOURCE_EXHAUSTED, "the frame is longer than 4 MiB");
    } else if (length_of(parser) == 0) {
        return deliver(parser);
    }
    return true;
}

static bool make_room(struct frame_parser *parser, size_t wanted) {
    if (wanted <= parser->body_room) return true;
    size_t room = parser->body_room == 0 ? 4096 : parser->body_room;
    while (room < wanted) room *= 2;
    uint8_t *body = realloc(parser->body, room);
    if (body == NULL) return false;
    parser->body = body;
    parser->body_room = room;
    return true;
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static size_t take_header(struct frame_parser *parser, const uint8_t *bytes, size_t length) {
    size_t take = smaller(length, FRAME_HEADER_SIZE - parser->header_have);
    memcpy(parser->header + parser->header_have, bytes, take);
    parser->header_have += take;
    return take;
}

static size_t take_body(struct frame_parser *parser, const uint8_t *bytes, size_t length) {
    size_t take = smaller(length, length_of(parser) - parser->body_have);
    if (!make_room(parser, parser->body_have + take)) {
        refuse(parser, STATUS_RESOURCE_EXHAUSTED, "no memory for the request");
        return 0;
    }
    memcpy(parser->body + parser->body_have, bytes, take);
    parser->body_have += take;
    return take;
}

bool frame_parser_feed(struct frame_parser *parser, const uint8_t *bytes, size_t length) {
    while (length > 0) {
        size_t took;
        bool sound = true;
        if (parser->skip > 0) {
            took = smaller(length, parser->skip);
            parser->skip -= took;
        } else if (parser->header_have < FRAME_HEADER_SIZE) {
            took = take_header(parser, bytes, length);
            if (parser->header_have == FRAME_HEADER_SIZE) sound = header_complete(parser);
        } else {
            took = take_body(parser, bytes, length);
            bool whole = parser->header_have > 0 && parser->body_have == length_of(parser);
            if (whole) sound = deliver(parser);
        }
        if (!sound) return false;
        bytes += took;
        length -= took;
    }
    return true;
}
