#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../src/loop.h"
#include "../src/network/nameserver.h"
#include "../src/status.h"
#include "host.h"
#include "test.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

// Tests nameservers with the kernel, in a network namespace of the test's own: a program asks, the host answers.

#define GUEST "vmfactory.guest.v1.Guest"

static int host;
static uint32_t stream = 1;

static void await_as(char *server, size_t count) {
    char *servers[] = {server, server, server, server};
    uint8_t bytes[4096];
    Vmfactory__Guest__V1__AwaitQueryRequest request = VMFACTORY__GUEST__V1__AWAIT_QUERY_REQUEST__INIT;
    request.servers = servers;
    request.n_servers = count;
    stream += 2;
    host_send(host, bytes, host_request(bytes, stream, GUEST, "AwaitQuery", &request.base));
}

static void await(void) { await_as("127.0.0.11", 1); }

static Vmfactory__Guest__V1__Query *query(void) {
    uint32_t answered;
    Ttrpc__Response *response = host_receive(host, &answered);
    CHECK(response->status == NULL && answered == stream);
    Vmfactory__Guest__V1__Query *query =
        vmfactory__guest__v1__query__unpack(NULL, response->payload.len, response->payload.data);
    ttrpc__response__free_unpacked(response, NULL);
    CHECK(query != NULL && strcmp(query->server, "127.0.0.11") == 0);
    return query;
}

static void answer(uint32_t id, char *text) {
    Vmfactory__Guest__V1__AnswerQueryRequest request = VMFACTORY__GUEST__V1__ANSWER_QUERY_REQUEST__INIT;
    request.id = id;
    request.message = (ProtobufCBinaryData){strlen(text), (uint8_t *)text};
    CHECK(host_code(host_call(host, GUEST, "AnswerQuery", &request.base)) == STATUS_OK);
}

static struct sockaddr_in at(const char *address, uint16_t port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    CHECK(inet_pton(AF_INET, address, &at.sin_addr) == 1);
    return at;
}

// Returns a socket of a program that asks.
static int asking(int type) {
    struct sockaddr_in server = at("127.0.0.11", 53);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    CHECK(connect(fd, (struct sockaddr *)&server, sizeof server) == 0);
    return fd;
}

// Receives while the agent works. Returns how much has arrived.
static size_t received(int fd, uint8_t *bytes, size_t most) {
    struct pollfd polled = {fd, POLLIN, 0};
    for (int turn = 0; turn < 1000 && poll(&polled, 1, 10) == 0; turn++) host_settle();
    ssize_t got = recv(fd, bytes, most, MSG_DONTWAIT);
    CHECK(got >= 0);
    return (size_t)got;
}

static bool quiet(int fd) {
    struct pollfd polled = {fd, POLLIN, 0};
    host_settle();
    return poll(&polled, 1, 0) == 0;
}

static void wrong_addresses_are_refused(void) {
    uint32_t answered;
    char *wrong[] = {"10.0.0.1", "::1", "x", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        await_as(wrong[i], 1);
        CHECK(host_code(host_receive(host, &answered)) == STATUS_INVALID_ARGUMENT);
    }
    await_as("127.0.0.11", 0);
    CHECK(host_code(host_receive(host, &answered)) == STATUS_INVALID_ARGUMENT);
    await_as("127.0.0.11", 4);
    CHECK(host_code(host_receive(host, &answered)) == STATUS_INVALID_ARGUMENT);
}

static void a_datagram_is_answered_from_where_it_was_sent(void) {
    uint8_t bytes[64];
    await();
    host_settle();
    int fd = asking(SOCK_DGRAM); // connected: takes datagrams of port 53 only
    CHECK(send(fd, "who?", 4, 0) == 4);
    Vmfactory__Guest__V1__Query *asked = query();
    CHECK(!asked->tcp && asked->message.len == 4 && memcmp(asked->message.data, "who?", 4) == 0);
    answer(asked->id, "me");
    CHECK(received(fd, bytes, sizeof bytes) == 2 && memcmp(bytes, "me", 2) == 0);
    answer(asked->id, "again");
    answer(0, "none");
    CHECK(quiet(fd));
    vmfactory__guest__v1__query__free_unpacked(asked, NULL);
    close(fd);
}

static void a_large_answer_goes_by_tcp(void) {
    static uint8_t large[60000], bytes[sizeof large];
    memset(large, 'l', sizeof large);
    await();
    host_settle();
    int fd = asking(SOCK_STREAM);
    for (int round = 0; round < 2; round++) {
        CHECK(send(fd, "\0\4wh", 4, 0) == 4);
        host_settle();
        CHECK(send(fd, "o?", 2, 0) == 2);
        Vmfactory__Guest__V1__Query *asked = query();
        CHECK(asked->tcp && asked->message.len == 4 && memcmp(asked->message.data, "who?", 4) == 0);
        nameserver_answer(asked->id, large, sizeof large);
        CHECK(received(fd, bytes, 2) == 2 && bytes[0] == sizeof large >> 8 && bytes[1] == (sizeof large & 255));
        for (size_t all = 0; all < sizeof large;) {
            size_t got = received(fd, bytes, sizeof bytes);
            CHECK(got > 0 && bytes[got - 1] == 'l');
            all += got;
        }
        vmfactory__guest__v1__query__free_unpacked(asked, NULL);
        await();
    }
    CHECK(send(fd, "\0\1x", 3, 0) == 3);
    Vmfactory__Guest__V1__Query *asked = query();
    answer(asked->id, ""); // no answer: the client sees the end
    CHECK(received(fd, bytes, sizeof bytes) == 0);
    vmfactory__guest__v1__query__free_unpacked(asked, NULL);
    close(fd);
}

static void no_port_is_taken(void) {
    struct sockaddr_in any = at("0.0.0.0", 53), other = at("127.0.0.12", 53);
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    uint8_t bytes[8];
    int yes = 1;
    CHECK(setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0); // as servers do
    CHECK(bind(udp, (struct sockaddr *)&any, sizeof any) == 0);
    CHECK(bind(tcp, (struct sockaddr *)&any, sizeof any) == 0 && listen(tcp, 1) == 0);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CHECK(sendto(fd, "other", 5, 0, (struct sockaddr *)&other, sizeof other) == 5);
    CHECK(received(udp, bytes, sizeof bytes) == 5);
    close(fd);
    a_datagram_is_answered_from_where_it_was_sent();
    CHECK(quiet(udp) && quiet(tcp));
    close(udp);
    close(tcp);
}

static void a_flood_drops_the_oldest(void) {
    uint32_t answered, last = 0, count = 0;
    uint8_t bytes[8];
    int fd = asking(SOCK_DGRAM);
    await();
    for (int i = 0; i < 200; i++) {
        CHECK(send(fd, "flood", 5, 0) == 5);
        host_settle();
    }
    for (;;) {
        Vmfactory__Guest__V1__Query *asked = query();
        last = asked->id;
        vmfactory__guest__v1__query__free_unpacked(asked, NULL);
        count++;
        await();
        host_settle();
        struct pollfd polled = {host, POLLIN, 0};
        if (poll(&polled, 1, 0) == 0) break;
    }
    CHECK(count == 65); // the first one, which waited for no other, and the latest 64
    answer(last - 64, "dropped");
    CHECK(quiet(fd));
    answer(last, "kept");
    CHECK(received(fd, bytes, sizeof bytes) == 4);
    await();
    CHECK(host_code(host_receive(host, &answered)) == STATUS_ABORTED); // for the call that waited
    close(fd);
}

static void many_connections_close_the_oldest(void) {
    uint8_t bytes[8];
    int all[17];
    for (int i = 0; i < 17; i++) {
        all[i] = asking(SOCK_STREAM);
        host_settle();
    }
    CHECK(received(all[0], bytes, sizeof bytes) == 0);
    for (int i = 1; i < 17; i++) {
        CHECK(quiet(all[i]));
        close(all[i]);
    }
    close(all[0]);
    host_settle();
}

static void against_the_kernel(void) {
    CHECK(system("ip link set lo up") == 0);
    host = host_connect();
    wrong_addresses_are_refused();
    a_datagram_is_answered_from_where_it_was_sent();
    a_large_answer_goes_by_tcp();
    no_port_is_taken();
    many_connections_close_the_oldest();
    a_flood_drops_the_oldest();
    close(host);
    host_settle();
}

void nameserver_tests(void) {
    if (getuid() == 0) { // programs of BPF are root's
        host_apart(against_the_kernel);
    } else {
        printf("nameserver: left out, needs root\n");
    }
}
