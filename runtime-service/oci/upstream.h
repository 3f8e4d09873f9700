#ifndef VMFACTORY_UPSTREAM_H
#define VMFACTORY_UPSTREAM_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Asks nameservers in the network namespace of this process: port 53, by UDP or TCP.

#define UPSTREAM_MESSAGE 65535

// How many queries it has at a time, each with a socket, and for how long. Programs ask again after 5 seconds.
#define UPSTREAM_MOST 64
#define UPSTREAM_MS 10000

struct question {
    uint32_t id;
    struct in_addr server;
    bool tcp;
    const uint8_t *message;
    size_t length; // 1..UPSTREAM_MESSAGE
};

// Takes the answer to a query. If the server does not answer in time, or refuses, it says so as a server does
// (SERVFAIL). Empty: the query was none.
typedef void (*upstream_answer)(uint32_t id, const uint8_t *message, size_t length);

// Sends a query. There must be room.
void upstream_ask(const struct question *question, upstream_answer answer);
bool upstream_has_room(void);

// Returns the descriptor to poll for reading; -1 = there is nothing to wait for.
int upstream_fd(void);

// Call it when the descriptor can be read.
void upstream_work(void);

#endif
