#include "clients.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop.h"
#include "message.h"
#include "need.h"
#include "ttrpc/frame.h"

#define TASK "containerd.task.v2.Task"
#define PART 16384

struct client {
    struct source source; // the first member
    uint32_t number;
    struct frame_parser parser;
    struct bytes out;
    struct client *next;
};

static struct client *clients;
static struct source listening;
static client_request take_request;
static uint32_t numbers;

static struct client *find(uint32_t number) {
    struct client *client = clients;
    while (client != NULL && client->number != number) client = client->next;
    return client;
}

static void leave(struct client *client) {
    struct client **at = &clients;
    while (*at != client) at = &(*at)->next;
    *at = client->next;
    loop_unwatch(&client->source);
    close(client->source.fd);
    frame_parser_free(&client->parser);
    free(client->out.at);
    free(client);
}

static bool flush(struct client *client) {
    while (client->out.length > 0) {
        ssize_t sent = send(client->source.fd, client->out.at, client->out.length, MSG_NOSIGNAL);
        if (sent < 0) return errno == EAGAIN || errno == EINTR;
        bytes_drop(&client->out, (size_t)sent);
    }
    return true;
}

static void watch(struct client *client) {
    loop_unwatch(&client->source);
    loop_watch(&client->source, client->out.length > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

// A connection that has broken is noticed, and left, when the loop reads it.
static void send_out(struct client *client) {
    if (!flush(client)) client->out.length = 0;
    watch(client);
}

void client_answer(struct caller caller, const struct bytes *payload) {
    struct client *client = find(caller.client);
    if (client == NULL) return;
    put_answer(&client->out, caller.stream, payload);
    send_out(client);
}

void client_refuse(struct caller caller, int code, const char *format, ...) {
    struct client *client = find(caller.client);
    char text[4096];
    va_list arguments;
    if (client == NULL) return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put_refusal(&client->out, caller.stream, code, text);
    send_out(client);
}

static bool on_request(void *context, uint32_t stream, const uint8_t *body, size_t length) {
    struct client *client = context;
    struct caller caller = {client->number, stream};
    struct reader reader = reader_of(body, length);
    struct field field, payload = {0};
    char *service = text_of(NULL, 0), *method = text_of(NULL, 0);
    while (next_field(&reader, &field)) {
        char **name = field.number == 1 ? &service : field.number == 2 ? &method : NULL;
        if (name != NULL) {
            free(*name);
            *name = text_of(field.bytes, field.length);
        }
        if (field.number == 3) payload = field;
    }
    bool sound = reader.at == reader.end;
    if (sound && strcmp(service, TASK) == 0) {
        take_request(caller, method, payload.bytes, payload.length);
    } else if (sound) {
        client_refuse(caller, STATUS_UNIMPLEMENTED, "there is no service %s", service);
    }
    free(service);
    free(method);
    return sound;
}

static void on_refusal(void *context, uint32_t stream, enum status code, const char *why) {
    client_refuse((struct caller){((struct client *)context)->number, stream}, (int)code, "%s", why);
}

static const struct frame_sink sink = {on_request, on_refusal};

static bool fill(struct client *client) {
    uint8_t part[PART];
    ssize_t got = recv(client->source.fd, part, sizeof part, 0);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    return got > 0 && frame_parser_feed(&client->parser, part, (size_t)got);
}

static void on_ready(struct source *source, uint32_t events) {
    struct client *client = (struct client *)source;
    bool open = flush(client);
    if (open && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) open = fill(client);
    if (open) {
        watch(client);
    } else {
        leave(client);
    }
}

static void on_client(struct source *source, uint32_t events) {
    (void)events;
    int fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    struct client *client = need(calloc(1, sizeof *client));
    client->source = (struct source){fd, on_ready};
    client->number = ++numbers;
    frame_parser_init(&client->parser, &sink, client);
    client->next = clients;
    clients = client;
    loop_watch(&client->source, EPOLLIN);
}

void clients_serve(int listener, client_request take) {
    take_request = take;
    listening = (struct source){listener, on_client};
    loop_watch(&listening, EPOLLIN);
}
