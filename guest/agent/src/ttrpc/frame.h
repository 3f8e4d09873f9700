#ifndef VMFACTORY_FRAME_H
#define VMFACTORY_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../status.h"

// ttRPC frames: 10 bytes of header (body length u32 BE, stream id u32 BE, type, flags), then the body.

#define FRAME_HEADER_SIZE 10
#define FRAME_BODY_MAX (4u << 20)

enum frame_type { FRAME_REQUEST = 1, FRAME_RESPONSE = 2, FRAME_DATA = 3 };

// Where whole frames go.
struct frame_sink {
    // A request. False = the body makes no sense, so this is no stream of frames.
    bool (*request)(void *context, uint32_t stream, const uint8_t *body, size_t length);
    // A frame that is not taken; its body is skipped.
    void (*refuse)(void *context, uint32_t stream, enum status code, const char *why);
};

// Takes bytes cut anywhere and finds the frames in them. Holds at most one body, and only as much
// memory as has really arrived.
struct frame_parser {
    const struct frame_sink *sink;
    void *context;
    uint8_t header[FRAME_HEADER_SIZE];
    size_t header_have;
    uint8_t *body;
    size_t body_have;
    size_t body_room;
    size_t skip; // bytes of a refused body still to come
};

void frame_parser_init(struct frame_parser *parser, const struct frame_sink *sink, void *context);

// Forgets a half frame; its memory is kept for the next unless it is much.
void frame_parser_reset(struct frame_parser *parser);

void frame_parser_free(struct frame_parser *parser);

// False = these bytes are no frames; the parser must be reset before it is fed again.
bool frame_parser_feed(struct frame_parser *parser, const uint8_t *bytes, size_t length);

// Whether a frame has begun and not ended.
bool frame_parser_midway(const struct frame_parser *parser);

// Whether the body of a frame that has begun starts with these bytes.
bool frame_parser_body_starts(const struct frame_parser *parser, const void *bytes, size_t length);

// Writes the header of a response.
void frame_response_header(uint8_t header[FRAME_HEADER_SIZE], uint32_t stream, uint32_t length);

#endif
