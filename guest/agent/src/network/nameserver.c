#include "nameserver.h"

#include <errno.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "../loop.h"
#include "../need.h"
#include "dialogue.h"
#include "steer.h"

#define DOMAIN 53

// A program that floods the guest drops the queries of other programs, and costs the guest's memory no more than this.
#define QUERIES 64

static struct {
    struct source datagrams, connections; // fd = 0: not open
    int raw; // sends datagrams from port 53, which it has not bound
    int steering; // -1 = nothing is steered yet
    struct in_addr servers[NAMESERVER_MOST];
    unsigned count;
    void (*arrived)(void);
    struct query queries[QUERIES]; // a ring: the next one takes the place of the oldest
    uint32_t last;
} me = {.steering = -1};

static struct query *place_of(uint32_t id) { return &me.queries[id % QUERIES]; }

static void forget(struct query *query) {
    free(query->message);
    *query = (struct query){.id = 0};
}

// Takes ownership of the message.
static uint32_t add(struct query query) {
    if (++me.last == 0) me.last = 1;
    struct query *place = place_of(me.last);
    if (place->id != 0 && place->tcp) dialogue_end(place->id);
    forget(place);
    *place = query;
    place->id = me.last;
    return place->id;
}

static bool serves(struct in_addr address) {
    for (unsigned i = 0; i < me.count; i++) {
        if (me.servers[i].s_addr == address.s_addr) return true;
    }
    return false;
}

static bool destination(struct msghdr *header, struct in_addr *address) {
    for (struct cmsghdr *at = CMSG_FIRSTHDR(header); at != NULL; at = CMSG_NXTHDR(header, at)) {
        if (at->cmsg_level != IPPROTO_IP || at->cmsg_type != IP_PKTINFO) continue;
        struct in_pktinfo info;
        memcpy(&info, CMSG_DATA(at), sizeof info);
        *address = info.ipi_addr;
        return true;
    }
    return false;
}

static void on_datagram(struct source *source, uint32_t events) {
    static uint8_t bytes[NAMESERVER_MESSAGE];
    struct query query = {.tcp = false};
    char control[128];
    struct iovec vector = {bytes, sizeof bytes};
    struct msghdr header = {.msg_name = &query.client, .msg_namelen = sizeof query.client, .msg_iov = &vector,
                            .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    (void)events;
    ssize_t got = recvmsg(source->fd, &header, MSG_DONTWAIT);
    if (got <= 0 || !destination(&header, &query.server) || !serves(query.server)) return;
    query.length = (size_t)got;
    query.message = need(malloc(query.length));
    memcpy(query.message, bytes, query.length);
    add(query);
    me.arrived();
}

static uint32_t on_message(struct in_addr server, uint8_t *message, size_t length) {
    uint32_t id = add((struct query){.tcp = true, .server = server, .message = message, .length = length});
    me.arrived();
    return id;
}

static void on_connection(struct source *source, uint32_t events) {
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    (void)events;
    int fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    bool good = getsockname(fd, (struct sockaddr *)&address, &size) == 0 && ntohs(address.sin_port) == DOMAIN
        && serves(address.sin_addr);
    if (good) {
        dialogue_begin(fd, address.sin_addr, on_message);
    } else {
        close(fd);
    }
}

// Returns a socket of the type at a port that the kernel chooses. A connection of it does not keep other programs from
// listening at its port if they set SO_REUSEADDR, as servers do.
static int bound(int type) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), yes = 1;
    if (fd < 0) return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0
        && bind(fd, (struct sockaddr *)&address, sizeof address) == 0
        && setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &yes, sizeof yes) == 0) {
        return fd;
    }
    close(fd);
    return -1;
}

static bool open_sockets(void) {
    if (me.datagrams.fd > 0) return true;
    int datagrams = bound(SOCK_DGRAM), connections = bound(SOCK_STREAM);
    int raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);
    if (datagrams < 0 || connections < 0 || raw < 0 || listen(connections, QUERIES) < 0) {
        int error = errno;
        if (datagrams >= 0) close(datagrams);
        if (connections >= 0) close(connections);
        if (raw >= 0) close(raw);
        errno = error;
        return false;
    }
    me.datagrams = (struct source){datagrams, on_datagram};
    me.connections = (struct source){connections, on_connection};
    me.raw = raw;
    loop_watch(&me.datagrams, EPOLLIN);
    loop_watch(&me.connections, EPOLLIN);
    return true;
}

bool nameserver_serve(const struct in_addr *servers, unsigned count, void (*arrived)(void)) {
    me.arrived = arrived;
    bool same = me.steering >= 0 && count == me.count && memcmp(me.servers, servers, count * sizeof *servers) == 0;
    if (same) return true;
    if (!open_sockets()) return false;
    struct steer steer = {
        .count = count, .port = DOMAIN, .datagrams = me.datagrams.fd, .connections = me.connections.fd};
    memcpy(steer.addresses, servers, count * sizeof *servers);
    int steering = steer_begin(&steer);
    if (steering < 0) return false;
    if (me.steering >= 0) close(me.steering);
    me.steering = steering;
    me.count = count;
    memcpy(me.servers, servers, count * sizeof *servers);
    return true;
}

const struct query *nameserver_next(void) {
    for (uint32_t age = QUERIES; age-- > 0;) {
        uint32_t id = me.last - age;
        struct query *query = place_of(id);
        if (query->id != id || id == 0 || query->returned) continue;
        query->returned = true;
        return query;
    }
    return NULL;
}

static void send_datagram(const struct query *query, const uint8_t *message, size_t length) {
    struct {
        struct iphdr ip;
        struct udphdr udp;
    } head = {
        .ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP, .saddr = query->server.s_addr,
               .daddr = query->client.sin_addr.s_addr},
        .udp = {.source = htons(DOMAIN), .dest = query->client.sin_port, .len = htons((uint16_t)(8 + length))},
    };
    struct iovec parts[] = {{&head, sizeof head}, {(void *)message, length}};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = query->client.sin_addr};
    struct msghdr header = {.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = parts, .msg_iovlen = 2};
    sendmsg(me.raw, &header, MSG_DONTWAIT | MSG_NOSIGNAL); // what does not fit is lost, as datagrams can be
}

void nameserver_answer(uint32_t id, const uint8_t *message, size_t length) {
    struct query *query = place_of(id);
    if (id == 0 || query->id != id) return;
    if (query->tcp) {
        dialogue_answer(id, message, length);
    } else if (length > 0 && length <= NAMESERVER_MESSAGE - sizeof(struct udphdr) - sizeof(struct iphdr)) {
        send_datagram(query, message, length);
    }
    forget(query);
}
