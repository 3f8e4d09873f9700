#include "../src/channel.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../src/services/table.h"
#include "host.h"
#include "kata/agent.pb-c.h"
#include "test.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

static void pipelined_calls_are_each_answered(void) {
    uint8_t bytes[4096];
    size_t length = 0;
    int fd = host_connect();
    for (uint32_t stream = 1; stream <= 21; stream += 2) {
        length += host_request(bytes + length, stream, CHECK_METHOD, NULL);
    }
    host_send(fd, bytes, length);
    for (uint32_t stream = 1, answered; stream <= 21; stream += 2) {
        CHECK(host_code(host_receive(fd, &answered)) == STATUS_OK);
        CHECK(answered == stream);
    }
    close(fd);
    host_settle();
}

static void a_refused_frame_leaves_the_connection_usable(void) {
    uint8_t header[FRAME_HEADER_SIZE], body[4096] = {0};
    uint32_t stream;
    int fd = host_connect();
    frame_response_header(header, 5, FRAME_BODY_MAX + sizeof body);
    header[8] = FRAME_REQUEST;
    host_send(fd, header, sizeof header);
    CHECK(host_code(host_receive(fd, &stream)) == STATUS_RESOURCE_EXHAUSTED && stream == 5);
    for (size_t sent = 0; sent < FRAME_BODY_MAX + sizeof body; sent += sizeof body) {
        host_send(fd, body, sizeof body);
    }
    CHECK(host_code(host_call(fd, CHECK_METHOD, NULL)) == STATUS_OK);
    close(fd);
    host_settle();
}

static void a_stream_ends_at_garbage(void) {
    uint8_t byte;
    int fd = host_connect();
    host_send(fd, (const uint8_t *)"garbage, garbage", 16);
    host_settle();
    CHECK(read(fd, &byte, 1) == 0);
    close(fd);
}

// The agent stops reading from a host that does not read its answers, and goes on when it reads again.
static void answers_nobody_reads_do_not_pile_up(void) {
    enum { CALLS = 400000 };
    uint8_t bytes[4096];
    uint32_t stream, sent = 0;
    size_t length = host_request(bytes, 1, CHECK_METHOD, NULL);
    int fd = host_connect();
    while (sent < CALLS && write(fd, bytes, length) == (ssize_t)length) {
        sent++;
        host_settle();
    }
    CHECK(sent < CALLS);
    for (uint32_t i = 0; i < sent; i++) {
        CHECK(host_code(host_receive(fd, &stream)) == STATUS_OK);
    }
    CHECK(host_code(host_call(fd, CHECK_METHOD, NULL)) == STATUS_OK);
    close(fd);
    host_settle();
}

static unsigned long checks(void) { return services[0].methods[0].calls; }

// Like a port, a pipe reports end-of-file and EPOLLHUP while it has no writer, and can get a new one.
static void a_port_starts_over_with_each_host(void) {
    char path[] = "/tmp/vmfactory-agent-test.XXXXXX", pipe_path[64];
    CHECK(mkdtemp(path) != NULL);
    snprintf(pipe_path, sizeof pipe_path, "%s/port", path);
    CHECK(mkfifo(pipe_path, 0600) == 0);
    struct channel *port =
        channel_open(open(pipe_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), CHANNEL_PORT);
    uint8_t bytes[4096];
    size_t length = host_request(bytes, 1, CHECK_METHOD, NULL);
    for (size_t cut = 1; cut < length; cut++) {
        unsigned long before = checks();
        int host = open(pipe_path, O_WRONLY | O_CLOEXEC);
        CHECK(write(host, bytes, cut) == (ssize_t)cut);
        host_settle();
        close(host);
        host_settle();
        host = open(pipe_path, O_WRONLY | O_CLOEXEC);
        CHECK(write(host, bytes, length) == (ssize_t)length);
        host_settle();
        CHECK(checks() == before + 1);
        // The next host connects unnoticed, after half a frame of this one.
        CHECK(write(host, bytes, cut) == (ssize_t)cut);
        host_settle();
        CHECK(write(host, bytes, length) == (ssize_t)length);
        host_settle();
        CHECK(checks() == before + 2);
        close(host);
        host_settle();
    }
    channel_close(port);
    unlink(pipe_path);
    rmdir(path);
}

static unsigned long calls_of(const char *name) {
    const struct method *method = services[1].methods;
    while (strcmp(method->name, name) != 0) method++;
    return method->calls;
}

// Data that looks like the first request of a host, wherever a read may cut it.
static void data_is_not_taken_for_a_new_host(const char *method, ProtobufCMessage *message) {
    uint8_t bytes[4096];
    int ends[2];
    CHECK(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    struct channel *port = channel_open(ends[0], CHANNEL_PORT);
    unsigned long checked = checks(), before = calls_of(method);
    size_t length = host_request(bytes, 3, "grpc.AgentService", method, message);
    for (size_t cut = 1; cut < length; cut++) {
        CHECK(write(ends[1], bytes, cut) == (ssize_t)cut);
        host_settle();
        CHECK(write(ends[1], bytes + cut, length - cut) == (ssize_t)(length - cut));
        host_settle();
    }
    CHECK(checks() == checked && calls_of(method) == before + length - 1);
    channel_close(port);
    close(ends[1]);
}

static void what_containers_and_files_hold_is_not_taken_for_a_new_host(void) {
    uint8_t check[4096];
    ProtobufCBinaryData data = {host_request(check, 1, CHECK_METHOD, NULL), check};
    Grpc__WriteStreamRequest write = GRPC__WRITE_STREAM_REQUEST__INIT;
    Grpc__CopyFileRequest copy = GRPC__COPY_FILE_REQUEST__INIT;
    write.container_id = write.exec_id = copy.path = "x";
    write.data = copy.data = data;
    data_is_not_taken_for_a_new_host("WriteStdin", &write.base);
    data_is_not_taken_for_a_new_host("CopyFile", &copy.base);
}

// GetOOMEvent waits forever here. The next host connects unnoticed, between two frames.
static void what_the_last_host_waits_for_is_not_answered_to_the_next(void) {
    uint8_t bytes[4096];
    int ends[2];
    CHECK(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    struct channel *port = channel_open(ends[0], CHANNEL_PORT);
    size_t length = host_request(bytes, 4001, CHECK_METHOD, NULL);
    length += host_request(bytes + length, 4003, "grpc.AgentService", "GetOOMEvent", NULL);
    length += host_request(bytes + length, 4005, CHECK_METHOD, NULL);
    CHECK(write(ends[1], bytes, length) == (ssize_t)length);
    host_settle();
    CHECK(port->conversation->calls == 1 && port->conversation->kept != NULL);
    length = host_request(bytes, 90001, CHECK_METHOD, NULL);
    CHECK(write(ends[1], bytes, length) == (ssize_t)length);
    host_settle();
    CHECK(port->conversation->calls == 0 && port->conversation->kept == NULL);
    channel_close(port);
    close(ends[1]);
}

static void a_forgotten_call_is_not_answered_and_the_others_wait_on(void) {
    uint8_t bytes[4096];
    uint32_t stream;
    Vmfactory__Guest__V1__ForgetCallRequest request = VMFACTORY__GUEST__V1__FORGET_CALL_REQUEST__INIT;
    int fd = host_connect();
    unsigned before = calls_open();
    size_t length = host_request(bytes, 3, "grpc.AgentService", "GetOOMEvent", NULL);
    length += host_request(bytes + length, 5, "grpc.AgentService", "GetOOMEvent", NULL);
    host_send(fd, bytes, length);
    host_settle();
    CHECK(calls_open() == before + 2);
    for (request.stream = 3; request.stream <= 9; request.stream += 6) { // 9 does not exist
        length = host_request(bytes, 7, "vmfactory.guest.v1.Guest", "ForgetCall", &request.base);
        host_send(fd, bytes, length);
        CHECK(host_code(host_receive(fd, &stream)) == STATUS_OK && stream == 7);
        CHECK(calls_open() == before + 1);
    }
    close(fd);
    host_settle();
    CHECK(calls_open() == before);
}

// The hosts of a snapshot have gone, one in the middle of data: only the port of the call goes on.
static void a_restored_guest_hears_on_every_port(void) {
    uint8_t bytes[4096];
    int first[2], other[2];
    Grpc__WriteStreamRequest write_ = GRPC__WRITE_STREAM_REQUEST__INIT;
    write_.container_id = write_.exec_id = "x";
    CHECK(pipe2(first, O_CLOEXEC | O_NONBLOCK) == 0 && pipe2(other, O_CLOEXEC | O_NONBLOCK) == 0);
    struct channel *own = channel_open(first[0], CHANNEL_PORT), *port = channel_open(other[0], CHANNEL_PORT);
    struct conversation *kept = own->conversation;
    size_t length = host_request(bytes, 3, "grpc.AgentService", "GetOOMEvent", NULL);
    length += host_request(bytes + length, 5, "grpc.AgentService", "WriteStdin", &write_.base) - 2;
    CHECK(write(other[1], bytes, length) == (ssize_t)length);
    host_settle();
    CHECK(port->conversation->calls == 1 && frame_parser_midway(&port->parser));
    CHECK(write(other[1], "unread", 6) == 6);
    unsigned long before = checks();
    channels_forget_others(kept);
    CHECK(own->conversation == kept && port->conversation->calls == 0);
    length = host_request(bytes, 1, CHECK_METHOD, NULL);
    CHECK(write(other[1], bytes, length) == (ssize_t)length);
    host_settle();
    CHECK(checks() == before + 1 && !frame_parser_midway(&port->parser));
    channel_close(own);
    channels_forget_others(kept); // a port that is closed is forgotten
    channel_close(port);
    close(first[1]);
    close(other[1]);
}

// Then a port behaves like a pipe without a writer that still holds bytes.
static void a_port_answers_what_came_before_its_host_was_announced(void) {
    uint8_t bytes[4096];
    int ends[2];
    size_t length = host_request(bytes, 1, CHECK_METHOD, NULL);
    CHECK(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    struct channel *port = channel_open(ends[0], CHANNEL_PORT);
    CHECK(write(ends[1], bytes, length) == (ssize_t)length);
    close(ends[1]);
    host_settle();
    CHECK(output_pending(&port->sender.output) > 0);
    port->source.ready(&port->source, EPOLLIN | EPOLLHUP); // a buffer was returned, the gap is still there
    CHECK(output_pending(&port->sender.output) > 0);
    port->source.ready(&port->source, EPOLLIN); // the host has connected and disconnected
    CHECK(output_pending(&port->sender.output) == 0);
    channel_close(port);
}

static void a_port_that_lost_its_host_does_not_spin(void) {
    int turns = 0, ends[2];
    CHECK(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    struct channel *port = channel_open(ends[0], CHANNEL_PORT);
    host_settle();
    close(ends[1]);
    while (turns < 10 && loop_turn(0)) turns++;
    CHECK(turns >= 1 && turns < 10);
    channel_close(port);
}

void channel_tests(void) {
    pipelined_calls_are_each_answered();
    a_refused_frame_leaves_the_connection_usable();
    a_stream_ends_at_garbage();
    answers_nobody_reads_do_not_pile_up();
    a_port_starts_over_with_each_host();
    what_containers_and_files_hold_is_not_taken_for_a_new_host();
    what_the_last_host_waits_for_is_not_answered_to_the_next();
    a_forgotten_call_is_not_answered_and_the_others_wait_on();
    a_restored_guest_hears_on_every_port();
    a_port_answers_what_came_before_its_host_was_announced();
    a_port_that_lost_its_host_does_not_spin();
}
