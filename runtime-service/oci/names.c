#include "names.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "message.h"
#include "queryports.h"
#include "upstream.h"

// An engine's file is much smaller.
#define FILE_MOST 65536

static struct {
    const char *resolv_conf;
    bool waiting; // for a query
} me;

// Reads "nameserver ADDRESS" at the beginning of a line.
static bool server_in(const char *line, struct in_addr *server) {
    char address[INET_ADDRSTRLEN];
    return sscanf(line, "nameserver %15s", address) == 1 && inet_pton(AF_INET, address, server) == 1
        && ntohl(server->s_addr) >> IN_CLASSA_NSHIFT == IN_LOOPBACKNET;
}

unsigned names_read(const char *resolv_conf, struct in_addr servers[NAMES_SERVERS]) {
    static char text[FILE_MOST];
    unsigned count = 0;
    int fd = open(resolv_conf, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (length < 0) return 0;
    text[length] = '\0';
    char *rest, *line = strtok_r(text, "\n", &rest);
    for (; line != NULL && count < NAMES_SERVERS; line = strtok_r(NULL, "\n", &rest)) {
        if (server_in(line, &servers[count])) count++;
    }
    return count;
}

void names_of(const char *resolv_conf) { me.resolv_conf = resolv_conf; }

void names_begin(void) {
    struct in_addr servers[NAMES_SERVERS];
    if (me.resolv_conf == NULL || me.waiting || !upstream_has_room()) return;
    unsigned count = names_read(me.resolv_conf, servers);
    if (count == 0) return;
    query_ports_reserve(); // without them, names of the network are found, and others are not
    me.waiting = true;
    agent_await_query(servers, count);
}

static void answer(uint32_t id, const uint8_t *message, size_t length) {
    agent_answer_query(id, message, length);
    names_begin();
}

// The guest may be hostile: only what resolv.conf names is asked.
static bool is_allowed(struct in_addr server) {
    struct in_addr servers[NAMES_SERVERS];
    unsigned count = names_read(me.resolv_conf, servers);
    for (unsigned i = 0; i < count; i++) {
        if (servers[i].s_addr == server.s_addr) return true;
    }
    return false;
}

static struct question question_in(const uint8_t *payload, size_t length) {
    struct question question = {0};
    struct reader reader = reader_of(payload, length);
    struct field field;
    while (next_field(&reader, &field)) {
        char address[INET_ADDRSTRLEN] = "";
        switch (field.number) {
        case 1: question.id = (uint32_t)field.value; break;
        case 2:
            if (field.length < sizeof address) memcpy(address, field.bytes, field.length);
            if (inet_pton(AF_INET, address, &question.server) != 1) question.server.s_addr = 0;
            break;
        case 3: question.tcp = field.value != 0; break;
        case 4:
            question.message = field.bytes;
            question.length = field.length;
            break;
        }
    }
    return question;
}

void names_query(int code, const uint8_t *payload, size_t length) {
    me.waiting = false;
    if (code != 0) return; // a change of the network begins it again
    struct question question = question_in(payload, length);
    bool good = question.length > 0 && question.length <= UPSTREAM_MESSAGE && is_allowed(question.server);
    if (good) {
        upstream_ask(&question, answer);
    } else {
        agent_answer_query(question.id, NULL, 0);
    }
    names_begin();
}

int names_fd(void) { return upstream_fd(); }

void names_work(void) { upstream_work(); }
