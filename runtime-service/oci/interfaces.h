#ifndef VMFACTORY_INTERFACES_H
#define VMFACTORY_INTERFACES_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "network/netlink.h"

// The interfaces of this process's network namespace: those to connect to a VM, and the VM's taps beside them. The tap
// of an interface is named after the interface's index, so the namespace itself says what is connected.

#define MOST_INTERFACES 64

struct interface {
    int index;
    char name[IFNAMSIZ];
    char host_end[IFNAMSIZ]; // the name of its tap
    int tap;                 // the index of its tap; 0 = there is none
    uint32_t mtu;
    char mac[18];
};

struct interfaces {
    struct interface all[MOST_INTERFACES];
    unsigned count;
    // Taps of interfaces that have gone.
    char unused[MOST_INTERFACES][IFNAMSIZ];
    unsigned unused_count;
};

// Lists the interfaces. Ends this process if the kernel does not answer.
struct interfaces interfaces_list(int netlink);

// Writes the fields of a ConnectNetworkRequest that say what the engine has made: interfaces, routes, neighbours.
void interfaces_put(struct bytes *request, int netlink, const struct interfaces *interfaces);

// Writes its fields that say which taps are there.
void interfaces_put_taps(struct bytes *request, const struct interfaces *interfaces);

#endif
