#include "host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../src/channel.h"
#include "../src/children.h"
#include "../src/file.h"
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

// A user that is not root becomes it in a user namespace.
static void leave_host(void) {
    umask(022); // as of process 1
    char map[64];
    uid_t user = getuid();
    gid_t group = getgid();
    if (unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWNET) < 0) {
        CHECK(unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWNET) == 0);
        snprintf(map, sizeof map, "0 %u 1", user);
        CHECK(file_set("/proc/self/uid_map", map) == 0);
        CHECK(file_set("/proc/self/setgroups", "deny") == 0);
        snprintf(map, sizeof map, "0 %u 1", group);
        CHECK(file_set("/proc/self/gid_map", map) == 0);
    }
    CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
    CHECK(mount("tmpfs", "/run", "tmpfs", 0, "mode=0755") == 0);
    CHECK(mount("tmpfs", "/tmp", "tmpfs", 0, "mode=1777") == 0); // a crun that is killed leaves a file there
    CHECK(mkdir("/run/vmfactory", 0755) == 0);
}

void host_apart(void (*suite)(void)) {
    int status;
    fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        leave_host();
        loop_start();
        children_start();
        suite();
        exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}
