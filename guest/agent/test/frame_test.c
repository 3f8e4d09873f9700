#include <string.h>

#include "../src/ttrpc/frame.h"
#include "test.h"

// The frames that a parser has found so far.
static struct {
    int requests, refusals;
    uint32_t stream;
    size_t length;
    enum status code;
    bool sound;
} seen;

static bool on_request(void *context, uint32_t stream, const uint8_t *body, size_t length) {
    (void)context;
    for (size_t i = 0; i < length; i++) CHECK(body[i] == (uint8_t)i);
    seen.requests++;
    seen.stream = stream;
    seen.length = length;
    return seen.sound;
}

static void on_refuse(void *context, uint32_t stream, enum status code, const char *why) {
    (void)context;
    CHECK(*why != '\0');
    seen.refusals++;
    seen.stream = stream;
    seen.code = code;
}

static const struct frame_sink sink = {.request = on_request, .refuse = on_refuse};
static struct frame_parser parser;

static void begin(void) {
    frame_parser_init(&parser, &sink, NULL);
    memset(&seen, 0, sizeof seen);
    seen.sound = true;
}

static void header(uint8_t *bytes, uint32_t length, uint32_t stream, uint8_t type, uint8_t flags) {
    frame_response_header(bytes, stream, length);
    bytes[8] = type;
    bytes[9] = flags;
}

// Writes a request whose body counts up. Bytes has room for it.
static size_t request(uint8_t *bytes, uint32_t stream, uint32_t length) {
    header(bytes, length, stream, FRAME_REQUEST, 0);
    for (uint32_t i = 0; i < length; i++) bytes[FRAME_HEADER_SIZE + i] = (uint8_t)i;
    return FRAME_HEADER_SIZE + length;
}

static void several_frames_in_one_write_come_one_by_one(void) {
    uint8_t bytes[256];
    begin();
    size_t length = request(bytes, 1, 20);
    length += request(bytes + length, 3, 0);
    length += request(bytes + length, 5, 7);
    CHECK(frame_parser_feed(&parser, bytes, length));
    CHECK(seen.requests == 3 && seen.stream == 5 && seen.length == 7);
    CHECK(!frame_parser_midway(&parser));
    frame_parser_free(&parser);
}

static void a_frame_may_be_cut_anywhere(void) {
    uint8_t bytes[64];
    size_t length = request(bytes, 7, 40);
    for (size_t cut = 1; cut < length; cut++) {
        begin();
        CHECK(frame_parser_feed(&parser, bytes, cut));
        CHECK(seen.requests == 0 && frame_parser_midway(&parser));
        CHECK(frame_parser_feed(&parser, bytes + cut, length - cut));
        CHECK(seen.requests == 1 && seen.length == 40);
        frame_parser_free(&parser);
    }
}

// The parser allocates memory for bytes that arrived, not for the announced length.
static void an_announced_body_takes_no_memory(void) {
    uint8_t bytes[FRAME_HEADER_SIZE + 1] = {0};
    begin();
    header(bytes, FRAME_BODY_MAX, 1, FRAME_REQUEST, 0);
    CHECK(frame_parser_feed(&parser, bytes, sizeof bytes));
    CHECK(frame_parser_midway(&parser) && parser.body_room <= 4096);
    frame_parser_free(&parser);
}

static void after_a_reset_the_next_frame_is_taken_and_little_memory_kept(void) {
    static uint8_t bytes[FRAME_HEADER_SIZE + 100000];
    begin();
    size_t length = request(bytes, 1, 100000);
    CHECK(frame_parser_feed(&parser, bytes, length - 1) && frame_parser_midway(&parser));
    frame_parser_reset(&parser);
    CHECK(!frame_parser_midway(&parser) && parser.body_room == 0);
    header(bytes, FRAME_BODY_MAX + 1, 1, FRAME_REQUEST, 0);
    CHECK(frame_parser_feed(&parser, bytes, FRAME_HEADER_SIZE) && seen.refusals == 1);
    frame_parser_reset(&parser);
    CHECK(frame_parser_feed(&parser, bytes, request(bytes, 3, 20)));
    CHECK(seen.requests == 1 && seen.stream == 3 && seen.length == 20);
    frame_parser_free(&parser);
}

static void refused(uint32_t length, uint32_t stream, uint8_t type, enum status code) {
    uint8_t bytes[FRAME_HEADER_SIZE + 3], *body = calloc(1, length);
    begin();
    header(bytes, length, stream, type, 0);
    CHECK(frame_parser_feed(&parser, bytes, FRAME_HEADER_SIZE));
    CHECK(seen.refusals == 1 && seen.code == code && seen.stream == stream);
    CHECK(frame_parser_feed(&parser, body, length));
    CHECK(!frame_parser_midway(&parser));
    CHECK(frame_parser_feed(&parser, bytes, request(bytes, 9, 3)));
    CHECK(seen.requests == 1 && seen.stream == 9 && seen.refusals == 1);
    frame_parser_free(&parser);
    free(body);
}

static void nonsense_is_reported(void) {
    uint8_t bytes[FRAME_HEADER_SIZE];
    const uint8_t wrong[][2] = {{0, 0}, {4, 0}, {255, 0}, {FRAME_REQUEST, 0x8}, {FRAME_REQUEST, 0xff}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        begin();
        header(bytes, 1, 1, wrong[i][0], wrong[i][1]);
        CHECK(!frame_parser_feed(&parser, bytes, sizeof bytes));
        frame_parser_free(&parser);
    }
    begin();
    seen.sound = false;
    CHECK(!frame_parser_feed(&parser, bytes, request(bytes, 1, 0)));
    frame_parser_free(&parser);
}

void frame_tests(void) {
    several_frames_in_one_write_come_one_by_one();
    a_frame_may_be_cut_anywhere();
    an_announced_body_takes_no_memory();
    after_a_reset_the_next_frame_is_taken_and_little_memory_kept();
    refused(FRAME_BODY_MAX + 1, 1, FRAME_REQUEST, STATUS_RESOURCE_EXHAUSTED);
    refused(5, 2, FRAME_REQUEST, STATUS_INVALID_ARGUMENT);
    refused(5, 1, FRAME_DATA, STATUS_INVALID_ARGUMENT);
    refused(5, 1, FRAME_RESPONSE, STATUS_INVALID_ARGUMENT);
    nonsense_is_reported();
}
