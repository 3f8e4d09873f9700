#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "../src/dispatch.h"
#include "../src/file.h"
#include "../src/loop.h"
#include "../src/storages/storage.h"
#include "../src/ttrpc/frame.h"
#include "host.h"
#include "kata/agent.pb-c.h"
#include "test.h"

// Sends thousands of byte streams, made from one seed, so the same in every run: whole frames, cut anywhere,
// changed, oversized, and random bytes. Then sends requests of every method with fields of any value. After
// each of them the agent must still answer.

#define CASES 6000
#define STREAM_ROOM (16u << 10)
#define REQUESTS 8000
#define REQUEST_ROOM 3000

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
        if (write(fd, bytes, piece) != (ssize_t)piece) return; // the agent has closed the connection
        bytes += piece;
        length -= piece;
        host_settle();
        drain(fd);
    }
}

static void streams(void) {
    uint8_t *bytes = malloc(STREAM_ROOM);
    for (int i = 0; i < CASES; i++) {
        int fd = host_connect();
        send_in_pieces(fd, bytes, make_stream(bytes));
        close(fd);
        host_settle();
    }
    free(bytes);
}

// Requests. The list leaves out methods that could change this host's clock or fill its memory.
static const char *const methods[] = {
    "AddARPNeighbors", "CloseStdin", "CopyFile", "CreateContainer", "CreateSandbox", "DestroySandbox",
    "ExecProcess", "GetGuestDetails", "GetMetrics", "GetOOMEvent", "GetVolumeStats", "ListInterfaces",
    "ListRoutes", "MemHotplugByProbe", "PauseContainer", "ReadStderr", "ReadStdout", "RemoveContainer",
    "ResumeContainer", "SignalProcess", "StartContainer", "StatsContainer", "TtyWinResize",
    "UpdateContainer", "UpdateEphemeralMounts", "UpdateInterface", "UpdateRoutes", "WaitProcess",
    "WriteStdin",
    // Many other methods need these.
    "CreateContainer", "CreateContainer", "CreateSandbox", "CreateSandbox",
};

// Includes valid values, so that a request gets further than its first check.
static const char *const words[] = {
    "", "x", "blk", "ephemeral", "local", "overlayfs", "tmpfs", "overlay", "ext4", "erofs", "/dev/vda", "03/00",
    "/run/kata-containers/a", "/run/kata-containers/a/b", "/run/kata-containers/c", "/run/f", "/run/link/x",
    "/run", "/proc", "/run/../etc", "/run//x", "/run/vmfactory", "ro", "noexec", "bind", "size=8192", "mode=0700",
    "lowerdir=/run/kata-containers/a", "lowerdir=/run/a:/run/b", "upperdir=/run/kata-containers/c/u",
    "io.katacontainers.fs-opt.overlay-rw", "fsgid=0", "lo", "dummy0", "10.0.0.1", "10.0.0.1/8", "fd00::1",
    "02:00:00:00:00:01", "no_such_module", "nameserver ::1", "host", "\xff\xfe", "a\nb",
    "1.0.2", "pid", "/bin/sh", "/run/kata-containers/a/rootfs", "x:y", "CAP_KILL",
};

static size_t put_varint(uint8_t *bytes, uint64_t value) {
    size_t length = 0;
    for (; value > 127; value >>= 7) bytes[length++] = (uint8_t)(value | 128);
    bytes[length++] = (uint8_t)value;
    return length;
}

static size_t put_bytes(uint8_t *bytes, const void *value, size_t size) {
    size_t length = put_varint(bytes, size);
    memcpy(bytes + length, value, size);
    return length + size;
}

static uint64_t number(void) {
    static const uint64_t good[] = {0, 1, 2, 3, 8, 4096, 0100644, 0040755, 0120777, UINT32_MAX, UINT64_MAX};
    return draw(4) == 0 ? state : good[draw(sizeof good / sizeof *good)];
}

static size_t make_message(const ProtobufCMessageDescriptor *type, uint8_t *bytes, int depth);

static size_t make_field(const ProtobufCFieldDescriptor *field, uint8_t *bytes, int depth) {
    uint8_t value[REQUEST_ROOM];
    const char *word = words[draw(sizeof words / sizeof *words)];
    size_t at;
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
        at = put_varint(bytes, field->id << 3 | 2);
        return at + put_bytes(bytes + at, word, strlen(word));
    case PROTOBUF_C_TYPE_MESSAGE:
        if (depth == 0) return 0;
        at = put_varint(bytes, field->id << 3 | 2);
        return at + put_bytes(bytes + at, value, make_message(field->descriptor, value, depth - 1));
    default:
        at = put_varint(bytes, field->id << 3);
        return at + put_varint(bytes + at, field->type == PROTOBUF_C_TYPE_BOOL ? draw(2) : number());
    }
}

// Writes each field zero, one or several times.
static size_t make_message(const ProtobufCMessageDescriptor *type, uint8_t *bytes, int depth) {
    size_t length = 0;
    for (unsigned i = 0; i < type->n_fields; i++) {
        for (uint32_t times = draw(4) * draw(2); times > 0 && length < REQUEST_ROOM / 8; times--) {
            length += make_field(&type->fields[i], bytes + length, depth);
        }
    }
    return length;
}

// The minimum that a container needs. A decoder merges fields that follow a message into it.
static size_t put_container(uint8_t *bytes) {
    Grpc__CreateContainerRequest request = GRPC__CREATE_CONTAINER_REQUEST__INIT;
    Grpc__Spec spec = GRPC__SPEC__INIT;
    Grpc__Root root = GRPC__ROOT__INIT;
    Grpc__Process process = GRPC__PROCESS__INIT;
    request.container_id = draw(2) == 0 ? "x" : "y";
    request.exec_id = request.container_id;
    request.oci = &spec;
    spec.root = &root;
    spec.process = &process;
    root.path = "/bin"; // only checked
    process.cwd = "/";
    process.n_args = 1;
    process.args = (char *[]){"/bin/sh"};
    return grpc__create_container_request__pack(&request, bytes);
}

static size_t make_payload(const char *method, uint8_t *bytes) {
    const ProtobufCMessageDescriptor *type =
        protobuf_c_service_descriptor_get_method_by_name(&grpc__agent_service__descriptor, method)->input;
    if (draw(2) == 0 && strcmp(method, "CreateSandbox") == 0) return 0; // a valid one
    size_t length = 0;
    if (draw(4) > 0 && strcmp(method, "CreateContainer") == 0) length = put_container(bytes);
    if (length == 0 || draw(2) == 0) length += make_message(type, bytes + length, 4);
    if (length > 0 && draw(8) == 0) bytes[draw((uint32_t)length)] = (uint8_t)draw(256);
    return length;
}

static size_t make_request(uint8_t *bytes) {
    const char *name = methods[draw(sizeof methods / sizeof *methods)];
    uint8_t payload[REQUEST_ROOM], body[REQUEST_ROOM + 256];
    size_t size = make_payload(name, payload), length = 0;
    length += put_varint(body + length, 1 << 3 | 2);
    length += put_bytes(body + length, "grpc.AgentService", strlen("grpc.AgentService"));
    length += put_varint(body + length, 2 << 3 | 2);
    length += put_bytes(body + length, name, strlen(name));
    length += put_varint(body + length, 3 << 3 | 2);
    length += put_bytes(body + length, payload, size);
    frame_response_header(bytes, 1 + 2 * draw(500), (uint32_t)length);
    bytes[8] = FRAME_REQUEST;
    memcpy(bytes + FRAME_HEADER_SIZE, body, length);
    return FRAME_HEADER_SIZE + length;
}

// Makes no container and no control group on this host: valid requests go to a crun that fails.
static void cover_crun(void) {
    CHECK(mount("tmpfs", "/sys/fs/cgroup", "tmpfs", 0, NULL) == 0);
    CHECK(mount("/bin/false", "/usr/bin/crun", NULL, MS_BIND, NULL) == 0);
}

static void requests(void) {
    uint8_t bytes[FRAME_HEADER_SIZE + REQUEST_ROOM + 256];
    cover_crun();
    file_set_root("/run/vmfactory"); // an empty /sys
    storages_wait_at_most(1);
    for (int i = 0; i < REQUESTS; i += 10) {
        int fd = host_connect();
        for (int n = 0; n < 10; n++) send_in_pieces(fd, bytes, make_request(bytes));
        close(fd);
        host_settle();
    }
    while (loop_turn(100)) continue; // calls that wait for drives, and work on the thread
    int fd = host_connect();
    CHECK(host_code(host_call(fd, "grpc.AgentService", "DestroySandbox", NULL)) == STATUS_OK);
    close(fd);
    host_settle();
}

void fuzz_tests(void) {
    streams();
    host_apart(requests);
    int fd = host_connect();
    CHECK(host_code(host_call(fd, CHECK_METHOD, NULL)) == STATUS_OK);
    close(fd);
    host_settle();
}
