#include "host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../src/channel.h"
#include "../src/loop.h"
#include "test.h"

#define PATIENCE_MS 10000

size_t host_request(
    uint8_t *bytes, uint32_t stream, const char *service, const char *method,
    const ProtobufCMessage *payload) {
    uint8_t packed[2048];
    Ttrpc__Request request = TTRPC__REQUEST__INIT;
    request.service = (char *)service;
    request.method = (char *)method;
    request.payload.data = packed;
    if (payload != NULL) request.payload.len = protobuf_c_message_pack(payload, packed);
    size_t length = ttrpc__request__pack(&request, bytes + FRAME_HEADER_SIZE);
    frame_response_header(bytes, stream, (uint32_t)length);
    bytes[8] = FRAME_REQUEST;
    return FRAME_HEADER_SIZE + length;
}

void host_send(int fd, const uint8_t *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno == EAGAIN) {
            CHECK(loop_turn(PATIENCE_MS));
            continue;
        }
        CHECK(written > 0);
        bytes += written;
        length -= (size_t)written;
    }
}

static void receive_bytes(int fd, uint8_t *bytes, size_t length) {
    while (length > 0) {
        ssize_t got = read(fd, bytes, length);
        if (got < 0 && errno == EAGAIN) {
            CHECK(loop_turn(PATIENCE_MS));
            continue;
        }
        CHECK(got > 0);
        bytes += got;
        length -= (size_t)got;
    }
}

Ttrpc__Response *host_receive(int fd, uint32_t *stream) {
    uint8_t header[FRAME_HEADER_SIZE];
    uint32_t length;
    receive_bytes(fd, header, sizeof header);
    memcpy(&length, header, sizeof length);
    memcpy(stream, header + 4, sizeof *stream);
    length = ntohl(length);
    *stream = ntohl(*stream);
    CHECK(header[8] == FRAME_RESPONSE);
    uint8_t *body = malloc(length + 1);
    receive_bytes(fd, body, length);
    Ttrpc__Response *response = ttrpc__response__unpack(NULL, length, body);
    free(body);
    CHECK(response != NULL);
    return response;
}

Ttrpc__Response *host_call(
    int fd, const char *service, const char *method, const ProtobufCMessage *payload) {
    static uint32_t next = 1;
    uint8_t bytes[4096];
    uint32_t asked = next, answered;
    next += 2;
    host_send(fd, bytes, host_request(bytes, asked, service, method, payload));
    Ttrpc__Response *response = host_receive(fd, &answered);
    CHECK(answered == asked);
    return response;
}

int host_code(Ttrpc__Response *response) {
    int code = response->status == NULL ? 0 : response->status->code;
    ttrpc__response__free_unpacked(response, NULL);
    return code;
}

int host_connect(void) {
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    channel_open(ends[1], CHANNEL_STREAM);
    return ends[0];
}

void host_settle(void) {
    while (loop_turn(0)) continue;
}
