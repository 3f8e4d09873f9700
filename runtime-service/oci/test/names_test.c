// Tests nameservers on the loopback of a network namespace of the test's own: a server there answers, refuses, or says
// nothing.
#include "names_test.h"

#include <assert.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../agent.h"
#include "../message.h"
#include "../names.h"
#include "../network.h"
#include "../queryports.h"
#include "../upstream.h"

static struct {
    unsigned count;
    uint32_t id;
    uint8_t message[UPSTREAM_MESSAGE];
    size_t length;
} got;

static void take(uint32_t id, const uint8_t *message, size_t length) {
    got.count++;
    got.id = id;
    got.length = length;
    if (length > 0) memcpy(got.message, message, length);
}

static struct sockaddr_in server_at(const char *address) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(53)};
    assert(inet_pton(AF_INET, address, &at.sin_addr) == 1);
    return at;
}

static int server(int type) {
    struct sockaddr_in at = server_at("127.0.0.11");
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    assert(bind(fd, (struct sockaddr *)&at, sizeof at) == 0);
    assert(type == SOCK_DGRAM || listen(fd, 4) == 0);
    return fd;
}

static void ask(uint32_t id, bool tcp, const char *message) {
    struct question question = {
        id, server_at("127.0.0.11").sin_addr, tcp, (const uint8_t *)message, strlen(message)};
    got.count = 0;
    upstream_ask(&question, take);
}

static void await(unsigned count) {
    while (got.count < count) {
        struct pollfd polled = {upstream_fd(), POLLIN, 0};
        assert(polled.fd >= 0 && poll(&polled, 1, 3 * UPSTREAM_MS) == 1);
        upstream_work();
    }
}

#define QUERY "abcdefghijkl?" // as long as a header, and more

static bool is_failure(void) {
    return got.length == strlen(QUERY) && memcmp(got.message, "ab", 2) == 0 && (got.message[2] & 0x80) != 0
        && (got.message[3] & 0x0f) == 2 && memcmp(got.message + 4, QUERY + 4, got.length - 4) == 0;
}

static void a_datagram_is_passed_on(void) {
    char bytes[64];
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    int fd = server(SOCK_DGRAM);
    ask(7, false, QUERY);
    assert(recvfrom(fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &size) == (ssize_t)strlen(QUERY));
    assert((ntohs(from.sin_port) & QUERY_PORTS_MASK) == QUERY_PORTS_FIRST);
    assert(sendto(fd, "answer", 6, 0, (struct sockaddr *)&from, size) == 6);
    await(1);
    assert(got.id == 7 && got.length == 6 && memcmp(got.message, "answer", 6) == 0);
    close(fd);
}

static void a_large_answer_comes_in_parts(void) {
    static uint8_t bytes[UPSTREAM_MESSAGE + 2] = {0xff, 0xff};
    int listener = server(SOCK_STREAM);
    ask(8, true, QUERY);
    int fd = accept(listener, NULL, NULL);
    upstream_work();
    assert(recv(fd, bytes + 2, 64, 0) == (ssize_t)strlen(QUERY) + 2 && bytes[2] == 0 && bytes[3] == strlen(QUERY));
    for (size_t sent = 0; sent < sizeof bytes;) {
        ssize_t more = send(fd, bytes + sent, sizeof bytes - sent < 5000 ? sizeof bytes - sent : 5000, MSG_DONTWAIT);
        if (more > 0) sent += (size_t)more;
        upstream_work();
    }
    await(1);
    assert(got.id == 8 && got.length == UPSTREAM_MESSAGE);
    ask(9, true, QUERY);
    close(accept(listener, NULL, NULL)); // the server ends it
    await(1);
    assert(got.id == 9 && is_failure());
    close(fd);
    close(listener);
}

static void a_server_that_is_not_there_has_failed(void) {
    for (int tcp = 0; tcp < 2; tcp++) {
        ask(10, tcp, QUERY);
        await(1);
        assert(is_failure());
        ask(11, tcp, "short");
        await(1);
        assert(got.id == 11 && got.length == 0);
    }
}

// All of them, and the timer is one.
static void a_silent_server_has_failed_after_some_time(void) {
    int fd = server(SOCK_DGRAM);
    for (uint32_t id = 0; id < UPSTREAM_MOST; id++) {
        assert(upstream_has_room());
        ask(id, false, QUERY);
    }
    assert(!upstream_has_room());
    await(UPSTREAM_MOST);
    assert(upstream_has_room() && upstream_fd() == -1 && is_failure());
    close(fd);
}

static unsigned servers_in(const char *text, struct in_addr servers[NAMES_SERVERS]) {
    char path[] = "/tmp/vmf-resolv.XXXXXX";
    int fd = mkstemp(path);
    assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    unsigned count = names_read(path, servers);
    close(fd);
    unlink(path);
    return count;
}

static void only_nameservers_on_the_loopback_count(void) {
    struct in_addr found[NAMES_SERVERS];
    assert(servers_in("search x\nnameserver 127.0.0.11\noptions ndots:0\n", found) == 1);
    assert(found[0].s_addr == server_at("127.0.0.11").sin_addr.s_addr);
    assert(servers_in("nameserver 8.8.8.8\nnameserver\t127.1.2.3\n", found) == 1);
    assert(servers_in("nameserver 8.8.8.8\n# nameserver 127.0.0.11\n;nameserver 127.0.0.1\n", found) == 0);
    assert(servers_in("nameserver ::1\nnameserver 127.0.0\nnameserver 127.0.0.1.2.3.4.5\n", found) == 0);
    assert(servers_in("nameserver 127.0.0.1\nnameserver 127.0.0.2\nnameserver 127.0.0.3\nnameserver 127.0.0.4", found) == 3);
    assert(servers_in("", found) == 0 && names_read("/nonexistent", found) == 0 && names_read("/", found) == 0);
}

static char folder[] = "/tmp/vmf-names.XXXXXX";

static const char *in_folder(const char *name) {
    static char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_resolv_conf(const char *text) {
    FILE *file = fopen(in_folder("resolv.conf"), "w");
    assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

// Plays the agent's end of the connection.
static int agent_socket(void) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    strcpy(at.sun_path, in_folder("relay.sock"));
    assert(bind(listener, (struct sockaddr *)&at, sizeof at) == 0 && listen(listener, 1) == 0);
    char *port = strdup(in_folder("port"));
    assert(agent_connect(&port, 1, "web", "web", NULL));
    free(port);
    int fd = accept(listener, NULL, NULL);
    close(listener);
    return fd;
}

// Returns whether this process has sent a request with these words to the agent since the last call.
static bool sent(int agent, const char *method, const char *word) {
    static uint8_t bytes[8192];
    assert(agent_work());
    ssize_t length = recv(agent, bytes, sizeof bytes, MSG_DONTWAIT);
    return length > 0 && memmem(bytes, (size_t)length, method, strlen(method)) != NULL
        && memmem(bytes, (size_t)length, word, strlen(word)) != NULL;
}

// What the agent of a guest says.
static void query(const char *server, bool tcp) {
    struct bytes query = {0};
    put_number(&query, 1, 5);
    put_text(&query, 2, server);
    put_number(&query, 3, tcp);
    put_text(&query, 4, QUERY);
    names_query(0, query.at, query.length);
    free(query.at);
}

static bool has_asked(int server) {
    char bytes[64];
    return recv(server, bytes, sizeof bytes, MSG_DONTWAIT) == (ssize_t)strlen(QUERY);
}

static void a_hostile_guest_reaches_only_what_resolv_conf_names(void) {
    struct sockaddr_in other_at = server_at("127.0.0.12");
    int agent = agent_socket(), server_fd = server(SOCK_DGRAM), other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert(bind(other, (struct sockaddr *)&other_at, sizeof other_at) == 0);
    write_resolv_conf("nameserver 10.0.0.1\n");
    names_of(strdup(in_folder("resolv.conf")));
    names_begin();
    assert(!sent(agent, "AwaitQuery", ""));
    write_resolv_conf("nameserver 127.0.0.11\n");
    names_begin();
    names_begin();
    assert(sent(agent, "AwaitQuery", "127.0.0.11"));
    query("127.0.0.11", false);
    assert(has_asked(server_fd) && sent(agent, "AwaitQuery", "127.0.0.11")); // it asks for the next one at once
    static const char *const wrong[] = {"127.0.0.12", "10.0.0.1", "", "127.0.0.11 ", "127.0.0.11.127.0.0.11.127.0.0.11"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        query(wrong[i], i % 2 != 0);
        assert(sent(agent, "AnswerQuery", "") && !has_asked(server_fd) && !has_asked(other));
    }
    write_resolv_conf("nameserver 10.0.0.1\n");
    query("127.0.0.11", false);
    assert(sent(agent, "AnswerQuery", "") && !has_asked(server_fd));
    names_query(0, (const uint8_t *)"\xff\xff\xff", 3); // no message
    names_query(13, NULL, 0);
    close(server_fd);
    close(other);
    close(agent);
}

static void in_a_namespace(void) {
    if (network_enter("") != NULL) assert(unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0);
    assert(system("ip link set lo up") == 0);
    assert(!query_ports_reserved() && query_ports_reserve() && query_ports_reserved());
    a_datagram_is_passed_on();
    a_large_answer_comes_in_parts();
    a_server_that_is_not_there_has_failed();
    a_silent_server_has_failed_after_some_time();
    a_hostile_guest_reaches_only_what_resolv_conf_names();
}

void names_tests(void) {
    int status;
    only_nameservers_on_the_loopback_count();
    assert(mkdtemp(folder) != NULL);
    pid_t child = fork();
    if (child == 0) {
        in_a_namespace();
        _exit(0);
    }
    assert(waitpid(child, &status, 0) == child && status == 0);
    unlink(in_folder("relay.sock"));
    unlink(in_folder("resolv.conf"));
    rmdir(folder);
}
