#include "nics.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../log.h"
#include "netlink.h"

#define MOST 32
#define LINK sizeof(struct ifinfomsg)

// The first bytes of the permanent address of each slot.
static const uint8_t given[MAC_PREFIX] = {0x02, 0x76, 0x6d, 0x66, 0x00};

static struct {
    int index;
    uint8_t number;
} slots[MOST];
static unsigned count;
static int netlink = -1; // stays open if there are slots: the first system call of a kind is expensive in a clone

static void look_at(const struct nlmsghdr *link) {
    const struct rtattr *address = netlink_attribute(link, LINK, IFLA_PERM_ADDRESS);
    if (address == NULL || RTA_PAYLOAD(address) != MAC_SIZE || count == MOST) return;
    const uint8_t *bytes = RTA_DATA(address);
    if (memcmp(bytes, given, sizeof given) != 0) return;
    slots[count].index = ((const struct ifinfomsg *)NLMSG_DATA(link))->ifi_index;
    slots[count++].number = bytes[MAC_PREFIX];
}

void nics_start(void) {
    struct netlink_list links;
    netlink = netlink_open();
    if (netlink < 0 || netlink_dump(netlink, RTM_GETLINK, AF_UNSPEC, &links) < 0) {
        log_error("cannot list the network interfaces: %m");
        return;
    }
    for (struct nlmsghdr *at = netlink_first(&links); at != NULL; at = netlink_next(&links, at)) look_at(at);
    free(links.bytes);
    if (count > 0) return;
    close(netlink);
    netlink = -1;
}

static int set_address(int index, const uint8_t address[MAC_SIZE]) {
    struct netlink_request request;
    struct ifinfomsg *fixed = netlink_begin(&request, RTM_SETLINK, 0, sizeof *fixed);
    fixed->ifi_index = index;
    netlink_put(&request, IFLA_ADDRESS, address, MAC_SIZE);
    return netlink_do(netlink, &request.header);
}

int nics_set_addresses(const uint8_t prefix[MAC_PREFIX], unsigned *failed) {
    uint8_t address[MAC_SIZE];
    memcpy(address, prefix, MAC_PREFIX);
    for (unsigned i = 0; i < count; i++) {
        address[MAC_PREFIX] = slots[i].number;
        *failed = slots[i].number;
        if (set_address(slots[i].index, address) < 0) return -1;
    }
    return 0;
}
