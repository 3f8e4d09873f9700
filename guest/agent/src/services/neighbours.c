#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "../network/address.h"
#include "../network/netlink.h"
#include "kata/agent.pb-c.h"
#include "services.h"

// Writes the request that adds a neighbour. Returns what is wrong with the neighbour, or NULL.
static const char *compose(const Types__ARPNeighbor *neighbour, struct netlink_request *request) {
    struct ndmsg *fixed =
        netlink_begin(request, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, sizeof *fixed);
    struct ip ip;
    uint8_t mac[MAC_SIZE];
    if (neighbour->toipaddress == NULL || !ip_parse(neighbour->toipaddress->address, &ip)) {
        return "toIPAddress is neither IPv4 nor IPv6";
    }
    fixed->ndm_family = ip.family;
    fixed->ndm_state = neighbour->state == 0 ? NUD_PERMANENT : (uint16_t)neighbour->state;
    fixed->ndm_flags = (uint8_t)neighbour->flags;
    fixed->ndm_ifindex = (int)if_nametoindex(neighbour->device);
    if (fixed->ndm_ifindex == 0) return "device names no interface";
    netlink_put(request, NDA_DST, ip.bytes, ip_size(&ip));
    if (*neighbour->lladdr == '\0') return NULL;
    if (!mac_parse(neighbour->lladdr, mac)) return "lladdr is not six hex pairs";
    netlink_put(request, NDA_LLADDR, mac, MAC_SIZE);
    return NULL;
}

// Adds neighbours and replaces existing ones. If one is refused, those before it are added.
void neighbours_add(struct call *call, const ProtobufCMessage *message) {
    const Grpc__AddARPNeighborsRequest *request = (const void *)message;
    size_t n = request->neighbors == NULL ? 0 : request->neighbors->n_arpneighbors, i = 0;
    int netlink = netlink_open(), failed = netlink < 0 ? -1 : 0;
    const char *wrong = NULL;
    for (; i < n && failed == 0 && wrong == NULL; i++) {
        struct netlink_request add;
        wrong = compose(request->neighbors->arpneighbors[i], &add);
        if (wrong == NULL) failed = netlink_do(netlink, &add.header);
    }
    if (wrong != NULL) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "AddARPNeighbors: neighbour %zu: %s", i, wrong);
    } else if (failed < 0) {
        call_fail(call, netlink_status(errno), "AddARPNeighbors: neighbour %zu: %s", i, strerror(errno));
    } else {
        call_reply_empty(call);
    }
    if (netlink >= 0) close(netlink);
}
