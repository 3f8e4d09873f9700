#include "client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "loop.h"
#include "need.h"
#include "port.h"
#include "ttrpc/frame.h"
#include "ttrpc/output.h"

#define READ_SIZE (64u << 10)

// A client with so many unread bytes makes no further call until it has read.
#define UNREAD_MOST (1u << 20)

struct client {
    struct source source;
    struct frame_parser parser;
    struct output output;
    struct client *next, **back;
};

static struct client *clients;

bool clients_any(void) { return clients != NULL; }

static void put(struct client *client, const uint8_t *bytes, size_t length) {
    memcpy(need(output_extend(&client->output, length)), bytes, length);
    output_flush(&client->output, client->source.fd);
}

static bool on_request(void *context, uint32_t stream, const uint8_t *body, size_t length) {
    port_ask(context, stream, body, length);
    return true;
}

// A ttrpc.Response with a status: code and message.
static void on_refuse(void *context, uint32_t stream, enum status code, const char *why) {
    uint8_t answer[FRAME_HEADER_SIZE + 128];
    size_t text = strnlen(why, 100), status = 4 + text;
    uint8_t head[] = {0x0a, (uint8_t)status, 0x08, (uint8_t)code, 0x12, (uint8_t)text};
    frame_response_header(answer, stream, (uint32_t)(sizeof head + text));
    memcpy(answer + FRAME_HEADER_SIZE, head, sizeof head);
    memcpy(answer + FRAME_HEADER_SIZE + sizeof head, why, text);
    put(context, answer, FRAME_HEADER_SIZE + sizeof head + text);
}

static const struct frame_sink sink = {.request = on_request, .refuse = on_refuse};

static void client_close(struct client *client) {
    port_forget(client);
    *client->back = client->next;
    if (client->next != NULL) client->next->back = client->back;
    loop_unwatch(&client->source);
    close(client->source.fd);
    frame_parser_free(&client->parser);
    output_free(&client->output);
    free(client);
}

static bool may_ask(const struct client *client) {
    return port_has_room() && output_pending(&client->output) < UNREAD_MOST;
}

// Passes requests on, whole ones only: a client that ends in the middle of one leaves nothing of it on the port.
static void take_all(struct client *client) {
    static uint8_t bytes[READ_SIZE];
    while (may_ask(client)) {
        ssize_t got = read(client->source.fd, bytes, sizeof bytes);
        if (got > 0 && frame_parser_feed(&client->parser, bytes, (size_t)got)) continue;
        if (got < 0 && errno == EINTR) continue;
        if (got >= 0 || errno != EAGAIN) client_close(client);
        return;
    }
}

static void on_ready(struct source *source, uint32_t events) {
    struct client *client = (struct client *)source;
    output_flush(&client->output, source->fd);
    if ((events & (EPOLLHUP | EPOLLERR)) && !may_ask(client)) {
        client_close(client); // no later event would report it
    } else {
        take_all(client);
    }
}

void client_open(int fd) {
    struct client *client = need(calloc(1, sizeof *client));
    client->source = (struct source){.fd = fd, .ready = on_ready};
    frame_parser_init(&client->parser, &sink, client);
    client->next = clients;
    client->back = &clients;
    if (clients != NULL) clients->back = &client->next;
    clients = client;
    loop_watch(&client->source, EPOLLIN | EPOLLOUT | EPOLLET);
}

static void on_room(void) {
    struct client *client = clients;
    while (client != NULL) {
        struct client *next = client->next;
        take_all(client);
        client = next;
    }
}

static const struct port_user user = {.answer = put, .room = on_room};

void clients_start(void) { port_start(&user); }
