#ifndef VMFACTORY_NAMESERVER_H
#define VMFACTORY_NAMESERVER_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The guest's end of nameservers on the loopback that only the host can reach: it takes queries of DNS, by UDP and TCP,
// and gives the answers back.

#define NAMESERVER_MOST 3
#define NAMESERVER_MESSAGE 65535

struct query {
    uint32_t id; // 0 = none
    bool returned; // by nameserver_next
    bool tcp;
    struct in_addr server;
    struct sockaddr_in client; // that has asked by UDP
    uint8_t *message;
    size_t length;
};

// Takes what is sent to port 53 of these addresses from now on, and of no others. Calls arrived for each query. Returns
// false with errno if the kernel refuses it.
bool nameserver_serve(const struct in_addr *servers, unsigned count, void (*arrived)(void));

// Returns the oldest query that it has not returned; NULL = there is none. It lives until the next event.
const struct query *nameserver_next(void);

// Answers a query and forgets it. Without a message its client gets no answer.
void nameserver_answer(uint32_t id, const uint8_t *message, size_t length);

#endif
