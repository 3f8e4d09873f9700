#ifndef VMFACTORY_STEER_H
#define VMFACTORY_STEER_H

#include <arpa/inet.h>
#include <stdint.h>

// Steers what arrives at addresses to sockets that are bound elsewhere, by a program of BPF (BPF_PROG_TYPE_SK_LOOKUP).
// So no port is taken: another program can bind the same port at all addresses.

#define STEER_MOST 3

struct steer {
    struct in_addr addresses[STEER_MOST];
    unsigned count;
    uint16_t port; // of these addresses
    int datagrams, connections; // a bound socket of UDP, a listening one of TCP
};

// Begins it in the network namespace of this process. Returns a descriptor: it ends when that is closed. -1 = errno.
int steer_begin(const struct steer *steer);

#endif
