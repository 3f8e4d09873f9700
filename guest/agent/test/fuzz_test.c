#include <string.h>
#include <unistd.h>

#include "../src/dispatch.h"
#include "host.h"
#include "test.h"

// Thousands of byte streams made from one seed, the same in every run: whole frames, cut anywhere,
// changed, oversized, and pure garbage. The agent must come out of each able to answer.

#define CASES 6000
#define STREAM_ROOM (16u << 10)

static uint64_t state = 0x9e3779b97f4a7c15u;

static uint32_t draw(uint32_t below) { // xorshift
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % below;
}

static size_t garbage(uint8_t *bytes) {
    size_t length = 1 + draw(600);
    for (size_t i = 0; i < length; i++) bytes[i] = (uint8_t)draw(256);
    return length;
}

static size_t whole(uint8_t *bytes) {
    static const char *const names[][2] = {
        {"grpc.Health", "Check"}, {"grpc.Health", "Version"}, {"grpc.AgentService", "GetGuestDetails"},
        {"grpc.AgentService", "WaitProcess"}, {"no.such", "Thing"}, {"", ""},
    };
    uint32_t i = draw(sizeof names / sizeof *names);
    return host_request(bytes, draw(1000), names[i][0], names[i][1], NULL);
}

static size_t changed(uint8_t *bytes) {
    size_t length = whole(bytes);
    for (uint32_t n = 1 + draw(4); n > 0; n--) bytes[draw((uint32_t)length)] = (uint8_t)draw(256);
    return length;
}

static size_t oversized(uint8_t *bytes) {
    size_t length = whole(bytes);
    bytes[0] = (uint8_t)draw(256);
    bytes[1] |= 0x41;
    return length;
}

static size_t cut(uint8_t *bytes) { return draw((uint32_t)whole(bytes)); }

static size_t make_stream(uint8_t *bytes) {
    static size_t (*const makers[])(uint8_t *) = {garbage, whole, whole, changed, oversized, cut};
    size_t length = 0;
    for (uint32_t parts = 1 + draw(6); parts > 0; parts--) {
        length += makers[draw(sizeof makers / sizeof *makers)](bytes + length);
    }
    CHECK(length <= STREAM_ROOM);
    return length;
}

static void drain(int fd) {
    uint8_t answers[4096];
    while (read(fd, answers, sizeof answers) > 0) continue;
}

static void send_in_pieces(int fd, const uint8_t *bytes, size_t length) {
    while (length > 0) {
        size_t piece = 1 + draw((uint32_t)length);
        if (write(fd, bytes, piece) != (ssize_t)piece) return; // the agent has hung up
        bytes += piece;
        length -= piece;
        host_settle();
        drain(fd);
    }
}

void fuzz_tests(void) {
    uint8_t *bytes = malloc(STREAM_ROOM);
    for (int i = 0; i < CASES; i++) {
        int fd = host_connect();
        send_in_pieces(fd, bytes, make_stream(bytes));
        close(fd);
        host_settle();
    }
    free(bytes);
    int fd = host_connect();
    CHECK(host_code(host_call(fd, CHECK_METHOD, NULL)) == STATUS_OK);
    close(fd);
    host_settle();
}
