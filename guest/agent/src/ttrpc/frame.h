#ifndef VMFACTORY_FRAME_H
#define VMFACTORY_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../status.h"

// Parses and writes ttRPC frames. A frame is a header of 10 bytes (body length u32 BE, stream id u32 BE,
// type, flags) and the body.

#define FRAME_HEADER_SIZE 10
#define FRAME_BODY_MAX (4u << 20)

enum frame_type { FRAME_REQUEST = 1, FRAME_RESPONSE = 2, FRAME_DATA = 3 };

// Receives the frames that a parser finds.
struct frame_sink {
    // Takes a request. Returns false if the body is not a request: then the bytes are not frames.
    bool (*request)(void *context, uint32_t stream, const uint8_t *body, size_t length);
    // Takes the reason for a refused frame. The parser skips its body.
    void (*refuse)(void *context, uint32_t stream, enum status code, const char *why);
};

// Finds the frames in pieces of a byte stream, which may end anywhere. Holds at most one body, and
// allocates memory only for bytes that have arrived.
struct frame_parser {
    const struct frame_sink *sink;
    void *context;
    uint8_t header[FRAME_HEADER_SIZE];
    size_t header_have;
    uint8_t *body;
    size_t body_have;
    size_t body_room;
    size_t skip; // bytes of a refused body that have not arrived yet
};

void frame_parser_init(struct frame_parser *parser, const struct frame_sink *sink, void *context);

// Drops an incomplete frame. Keeps its memory for the next one, unless it is large.
void frame_parser_reset(struct frame_parser *parser);

void frame_parser_free(struct frame_parser *parser);

// Returns false if the bytes are not frames. The caller then resets the parser before it feeds more.
bool frame_parser_feed(struct frame_parser *parser, const uint8_t *bytes, size_t length);

// Returns whether a frame has begun and not ended.
bool frame_parser_midway(const struct frame_parser *parser);

// Returns whether the body of the incomplete frame starts with these bytes.
bool frame_parser_body_starts(const struct frame_parser *parser, const void *bytes, size_t length);

// Returns the length of the body, and the stream id, that a header says.
uint32_t frame_length(const uint8_t header[FRAME_HEADER_SIZE]);
uint32_t frame_stream(const uint8_t header[FRAME_HEADER_SIZE]);

// Writes the header of a response.
void frame_response_header(uint8_t header[FRAME_HEADER_SIZE], uint32_t stream, uint32_t length);

#endif
