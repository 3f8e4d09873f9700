#include "service.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "message.h"
#include "need.h"
#include "report.h"
#include "socket.h"

#define SOCKET "/run/vmfactory/sandboxes/.service/engine.sock"
#define VARIABLE "VMFACTORY_ENGINE_SOCKET"

// For the start of the service by systemd.
#define START_SECONDS 60

const char *service_socket(void) {
    const char *path = getenv(VARIABLE);
    return path == NULL || *path == '\0' ? SOCKET : path;
}

// Connects to the wake-up socket. The service closes each connection as soon as it serves.
static int wake_up(void) {
    char path[PATH_MAX];
    const char *socket = service_socket(), *name = strrchr(socket, '/');
    if (name == NULL || snprintf(path, sizeof path, "%.*s/wake.sock", (int)(name - socket), socket) >= (int)sizeof path) return -1;
    return socket_connect(path, 0);
}

bool service_ring(void) {
    int fd = wake_up();
    if (fd >= 0) close(fd);
    return fd >= 0;
}

// Connects to the service. If it does not run, systemd may start it.
static int connect_to(const char *socket) {
    int fd = socket_connect(socket, 0), bell = fd < 0 ? wake_up() : -1;
    struct timeval limit = {.tv_sec = START_SECONDS};
    char byte;
    if (bell < 0) return fd;
    setsockopt(bell, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    while (recv(bell, &byte, 1, 0) < 0 && errno == EINTR) continue;
    close(bell);
    return socket_connect(socket, 0);
}

static bool send_all(int fd, const struct bytes *bytes) {
    size_t sent = 0;
    while (sent < bytes->length) {
        ssize_t count = send(fd, bytes->at + sent, bytes->length - sent, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        sent += (size_t)count;
    }
    return true;
}

static bool receive(int fd, struct bytes *in, struct answer *answer) {
    for (;;) {
        long length = take_answer(in, answer);
        if (length != 0) return length > 0;
        uint8_t *place = bytes_extend(in, 65536);
        ssize_t got = recv(fd, place, 65536, 0);
        int error = errno;
        in->length -= 65536 - (size_t)(got > 0 ? got : 0);
        if (got < 0 && error == EINTR) continue;
        if (got <= 0) return false;
    }
}

int ttrpc_call(
    int fd, const char *service, const char *method, const struct bytes *request, unsigned seconds, struct bytes *reply) {
    struct bytes out = {0}, in = {0};
    struct answer answer = {0};
    put_request(&out, 1, service, method, request, seconds * UINT64_C(1000000000));
    bool answered = send_all(fd, &out) && receive(fd, &in, &answer);
    *reply = (struct bytes){0};
    if (answered && answer.code == 0) {
        bytes_add(reply, answer.payload, answer.payload_length);
    } else if (answered) {
        bytes_add(reply, answer.message, answer.message_length);
    }
    free(out.at);
    free(in.at);
    close(fd);
    return answered ? answer.code : -1;
}

int service_try(int fd, const char *method, const struct bytes *request, unsigned seconds, struct bytes *reply) {
    return ttrpc_call(fd, SERVICE, method, request, seconds, reply);
}

int service_call(const char *method, const struct bytes *request, unsigned seconds, struct bytes *reply) {
    int fd = connect_to(service_socket());
    if (fd < 0) stop(SERVICE_NOT_RUNNING, service_socket());
    int code = service_try(fd, method, request, seconds, reply);
    if (code < 0) stop("the runtime service has ended; repeat the command");
    return code;
}

struct bytes service_must(const char *method, const struct bytes *request, unsigned seconds) {
    struct bytes reply;
    int code = service_call(method, request, seconds, &reply);
    if (code == NOT_FOUND) stop("container does not exist: %.*s", (int)reply.length, (const char *)reply.at);
    if (code != 0) stop("%.*s", (int)reply.length, (const char *)reply.at);
    return reply;
}

char *random_text(void) {
    uint64_t number;
    char *text = need(malloc(24));
    if (getrandom(&number, sizeof number, 0) != sizeof number) abort();
    snprintf(text, 24, "%016llx", (unsigned long long)number);
    return text;
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
            if (container->port_count < PORTS_MOST) {
                container->ports[container->port_count++] = text_of(field.bytes, field.length);
            }
            break;
        case 4: container->terminal = field.value != 0; break;
        case 5:
            free(container->network);
            container->network = text_of(field.bytes, field.length);
            break;
        case 6: container->shares_vm = field.value != 0; break;
        case 9:
            free(container->resolv_conf);
            container->resolv_conf = text_of(field.bytes, field.length);
            break;
        case 8: put_bytes(&container->hooks, 1, field.bytes, field.length); break;
        }
    }
}

struct container container_of(const uint8_t *bytes, size_t length) {
    struct container container = {.id = text_of(NULL, 0), .network = text_of(NULL, 0)};
    struct reader reader = reader_of(bytes, length);
    struct field field;
    while (next_field(&reader, &field)) {
        switch (field.number) {
        case 2:
            free(container.id);
            container.id = text_of(field.bytes, field.length);
            break;
        case 3: container.state = (int)field.value; break;
        case 7: container.created_millis = (int64_t)field.value; break;
        case 9: container.exit_status = (int)field.value; break;
        case 14: read_engine(&container, &field); break;
        }
    }
    return container;
}

void container_free(struct container *container) {
    free(container->id);
    free(container->bundle);
    free(container->network);
    free(container->resolv_conf);
    free(container->hooks.at);
    while (container->port_count > 0) free(container->ports[--container->port_count]);
}

bool container_read(const struct bytes *reply, struct container *container) {
    struct reader reader = reader_of(reply->at, reply->length);
    struct field field;
    while (next_field(&reader, &field)) {
        if (field.number == 1) {
            *container = container_of(field.bytes, field.length);
            return true;
        }
    }
    return false;
}

struct container container_in(const struct bytes *reply) {
    struct container container;
    if (!container_read(reply, &container)) stop("the runtime service sent no container");
    return container;
}

unsigned ports_in(const struct bytes *reply, char *ports[PORTS_MOST]) {
    unsigned count = 0;
    struct reader reader = reader_of(reply->at, reply->length);
    struct field field;
    while (next_field(&reader, &field)) {
        if (field.number == 2 && count < PORTS_MOST) ports[count++] = text_of(field.bytes, field.length);
    }
    return count;
}
