#include "service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "message.h"
#include "report.h"

#define SERVICE "vmfactory.runtime.v1.Runtime"
#define SOCKET "/run/vmfactory/sandboxes/.service/engine.sock"
#define VARIABLE "VMFACTORY_ENGINE_SOCKET"

static int connected(void) {
    const char *path = getenv(VARIABLE);
    if (path == NULL || *path == '\0') path = SOCKET;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) stop("the path %s is too long for a socket", path);
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) stop_errno("cannot make a socket");
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        // Without the text of errno: podman takes "no such file" for a missing command.
        stop("the runtime service is not running: no process listens on %s; start it with `vmfactory runtime serve`", path);
    }
    return fd;
}

static void send_all(int fd, const struct bytes *bytes) {
    size_t sent = 0;
    while (sent < bytes->length) {
        ssize_t count = send(fd, bytes->at + sent, bytes->length - sent, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) stop_errno("the connection to the runtime service is lost");
        sent += (size_t)count;
    }
}

static void receive(int fd, struct bytes *in, struct answer *answer) {
    for (;;) {
        long length = take_answer(in, answer);
        if (length > 0) return;
        if (length < 0) stop("the runtime service sent an answer that cannot be read");
        uint8_t *place = bytes_extend(in, 65536);
        ssize_t got = recv(fd, place, 65536, 0);
        in->length -= 65536 - (size_t)(got > 0 ? got : 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) stop_errno("the connection to the runtime service is lost");
        if (got == 0) stop("the runtime service has ended; repeat the command");
    }
}

int service_call(const char *method, const struct bytes *request, unsigned seconds, struct bytes *reply) {
    struct bytes out = {0}, in = {0};
    struct answer answer;
    int fd = connected();
    put_request(&out, 1, SERVICE, method, request, seconds * UINT64_C(1000000000));
    send_all(fd, &out);
    receive(fd, &in, &answer);
    *reply = (struct bytes){0};
    if (answer.code == 0) {
        bytes_add(reply, answer.payload, answer.payload_length);
    } else {
        bytes_add(reply, answer.message, answer.message_length);
    }
    free(out.at);
    free(in.at);
    close(fd);
    return answer.code;
}

struct bytes service_must(const char *method, const struct bytes *request, unsigned seconds) {
    struct bytes reply;
    int code = service_call(method, request, seconds, &reply);
    if (code == NOT_FOUND) stop("container does not exist: %.*s", (int)reply.length, (const char *)reply.at);
    if (code != 0) stop("%.*s", (int)reply.length, (const char *)reply.at);
    return reply;
}

struct bytes request_for(const char *space, const char *id) {
    struct bytes request = {0};
    put_text(&request, 1, space);
    put_text(&request, 2, id);
    return request;
}

static void read_engine(struct container *container, const struct field *engine) {
    struct reader reader = reader_of(engine->bytes, engine->length);
    struct field field;
    while (next_field(&reader, &field)) {
        switch (field.number) {
        case 1: container->bundle = text_of(field.bytes, field.length); break;
        case 2: container->stand_in = (int)field.value; break;
        case 3:
            if (container->port_count < 8) container->ports[container->port_count++] = text_of(field.bytes, field.length);
            break;
        case 4: container->terminal = field.value != 0; break;
        case 5: container->network = text_of(field.bytes, field.length); break;
        }
    }
}

struct container container_of(const uint8_t *bytes, size_t length) {
    struct container container = {.id = "", .bundle = "", .network = ""};
    struct reader reader = reader_of(bytes, length);
    struct field field;
    while (next_field(&reader, &field)) {
        switch (field.number) {
        case 2: container.id = text_of(field.bytes, field.length); break;
        case 3: container.state = (int)field.value; break;
        case 7: container.created_millis = (int64_t)field.value; break;
        case 9: container.exit_status = (int)field.value; break;
        case 14: read_engine(&container, &field); break;
        }
    }
    return container;
}

struct container container_in(const struct bytes *reply) {
    struct reader reader = reader_of(reply->at, reply->length);
    struct field field;
    while (next_field(&reader, &field)) {
        if (field.number == 1) return container_of(field.bytes, field.length);
    }
    stop("the runtime service sent no container");
}
