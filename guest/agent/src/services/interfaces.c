#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../network/address.h"
#include "../need.h"
#include "../network/netlink.h"
#include "kata/agent.pb-c.h"
#include "services.h"

// A temporary name, for the interface that has the requested name while the names are swapped.
#define BETWEEN_NAMES "vmfactory-swap"

#define LINK sizeof(struct ifinfomsg)
#define ADDRESS sizeof(struct ifaddrmsg)

// The kernel's interfaces and their addresses.
struct network {
    int netlink;
    struct netlink_list links;
    struct netlink_list addresses;
};

static void network_close(struct network *network) {
    free(network->links.bytes);
    free(network->addresses.bytes);
    if (network->netlink >= 0) close(network->netlink);
}

// False with errno: there is nothing to close.
static bool network_open(struct network *network) {
    *network = (struct network){.netlink = netlink_open()};
    if (network->netlink >= 0
        && netlink_dump(network->netlink, RTM_GETLINK, AF_UNSPEC, &network->links) == 0
        && netlink_dump(network->netlink, RTM_GETADDR, AF_UNSPEC, &network->addresses) == 0) {
        return true;
    }
    int error = errno;
    network_close(network);
    errno = error;
    return false;
}

static const char *link_name(const struct nlmsghdr *link) {
    return RTA_DATA(netlink_attribute(link, LINK, IFLA_IFNAME));
}

static int link_index(const struct nlmsghdr *link) {
    return ((const struct ifinfomsg *)NLMSG_DATA(link))->ifi_index;
}

static bool has_mac(const struct nlmsghdr *link, const uint8_t *mac) {
    const struct rtattr *address = netlink_attribute(link, LINK, IFLA_ADDRESS);
    return address != NULL && RTA_PAYLOAD(address) == MAC_SIZE
        && memcmp(RTA_DATA(address), mac, MAC_SIZE) == 0;
}

static Types__IPAddress *read_address(const struct nlmsghdr *message) {
    const struct ifaddrmsg *fixed = NLMSG_DATA(message);
    // On a point-to-point link, IFA_ADDRESS is the other end.
    const struct rtattr *own = netlink_attribute(message, ADDRESS, IFA_LOCAL);
    if (own == NULL) own = netlink_attribute(message, ADDRESS, IFA_ADDRESS);
    struct ip ip = {.family = fixed->ifa_family};
    memcpy(ip.bytes, RTA_DATA(own), ip_size(&ip));
    Types__IPAddress *address = need(malloc(sizeof *address));
    types__ipaddress__init(address);
    address->family = ip.family == AF_INET ? TYPES__IPFAMILY__v4 : TYPES__IPFAMILY__v6;
    address->address = need(malloc(IP_TEXT));
    ip_print(&ip, address->address);
    if (asprintf(&address->mask, "%u", fixed->ifa_prefixlen) < 0) abort();
    return address;
}

static void read_addresses(
    const struct netlink_list *addresses, int index, Types__Interface *interface) {
    for (struct nlmsghdr *at = netlink_first(addresses); at != NULL; at = netlink_next(addresses, at)) {
        const struct ifaddrmsg *fixed = NLMSG_DATA(at);
        if ((int)fixed->ifa_index != index) continue;
        size_t n = interface->n_ipaddresses++;
        interface->ipaddresses =
            need(realloc(interface->ipaddresses, (n + 1) * sizeof *interface->ipaddresses));
        interface->ipaddresses[n] = read_address(at);
    }
}

static Types__Interface *read_interface(const struct network *network, const struct nlmsghdr *link) {
    Types__Interface *interface = need(malloc(sizeof *interface));
    types__interface__init(interface);
    interface->device = need(strdup(link_name(link)));
    interface->name = need(strdup(link_name(link)));
    interface->mtu = netlink_u32(link, LINK, IFLA_MTU);
    interface->raw_flags = ((const struct ifinfomsg *)NLMSG_DATA(link))->ifi_flags;
    const struct rtattr *mac = netlink_attribute(link, LINK, IFLA_ADDRESS);
    if (mac != NULL && RTA_PAYLOAD(mac) == MAC_SIZE) {
        interface->hwaddr = need(malloc(MAC_TEXT));
        mac_print(RTA_DATA(mac), interface->hwaddr);
    }
    read_addresses(&network->addresses, link_index(link), interface);
    return interface;
}

void interfaces_list(struct call *call, const ProtobufCMessage *request) {
    (void)request;
    struct network network;
    if (!network_open(&network)) {
        call_fail(call, STATUS_INTERNAL, "ListInterfaces: rtnetlink: %s", strerror(errno));
        return;
    }
    Grpc__Interfaces *all = need(malloc(sizeof *all));
    grpc__interfaces__init(all);
    const struct netlink_list *links = &network.links;
    for (struct nlmsghdr *at = netlink_first(links); at != NULL; at = netlink_next(links, at)) {
        size_t n = all->n_interfaces++;
        all->interfaces = need(realloc(all->interfaces, (n + 1) * sizeof *all->interfaces));
        all->interfaces[n] = read_interface(&network, at);
    }
    call_reply(call, &all->base);
    grpc__interfaces__free_unpacked(all, NULL);
    network_close(&network);
}

// The checked settings of an UpdateInterface request.
struct settings {
    const char *name; // empty = keep it
    bool has_mac;
    uint8_t mac[MAC_SIZE];
    uint32_t mtu; // 0 = keep it
    bool no_arp;
    size_t n_addresses;
    struct ip *addresses;
};

static bool is_interface_name(const char *text) {
    size_t length = strlen(text);
    return length < IFNAMSIZ && text[strcspn(text, "/: \t\n\v\f\r%")] == '\0' && strcmp(text, ".") != 0
        && strcmp(text, "..") != 0;
}

// Checks a request. Returns what is wrong with it, or NULL. The caller frees the addresses in any case.
static const char *wrong_field(const Types__Interface *interface, struct settings *settings) {
    settings->has_mac = *interface->hwaddr != '\0';
    settings->mtu = (uint32_t)interface->mtu;
    settings->no_arp = (interface->raw_flags & IFF_NOARP) != 0;
    if (settings->has_mac && !mac_parse(interface->hwaddr, settings->mac)) {
        return "hwAddr: not six hex pairs";
    }
    if (!settings->has_mac && *interface->device == '\0') return "hwAddr or device must name the interface";
    if (!is_interface_name(interface->name)) return "name is not an interface name of at most 15 characters";
    if (interface->mtu > INT32_MAX) return "mtu is too large";
    settings->addresses = need(calloc(interface->n_ipaddresses + 1, sizeof *settings->addresses));
    settings->n_addresses = interface->n_ipaddresses;
    for (size_t i = 0; i < settings->n_addresses; i++) {
        struct ip *ip = &settings->addresses[i];
        const Types__IPAddress *asked = interface->ipaddresses[i];
        if (!ip_parse(asked->address, ip)) return "IPAddresses: an address is neither IPv4 nor IPv6";
        if (*asked->mask != '\0' && !ip_set_prefix(ip, asked->mask)) {
            return "IPAddresses: a mask is not a prefix length";
        }
    }
    return NULL;
}

static struct nlmsghdr *link_named(const struct netlink_list *links, const char *name) {
    struct nlmsghdr *at = netlink_first(links);
    while (at != NULL && strcmp(link_name(at), name) != 0) at = netlink_next(links, at);
    return at;
}

// Finds an interface by its MAC, as Kata's agent does, or by its name if the request changes the MAC.
static struct nlmsghdr *find_link(
    const struct netlink_list *links, const struct settings *settings, const char *device) {
    struct nlmsghdr *at = settings->has_mac ? netlink_first(links) : NULL;
    while (at != NULL && !has_mac(at, settings->mac)) at = netlink_next(links, at);
    return at != NULL ? at : link_named(links, device);
}

static int set_flags(int netlink, int index, unsigned flags, unsigned change) {
    struct netlink_request request;
    struct ifinfomsg *fixed = netlink_begin(&request, RTM_SETLINK, 0, sizeof *fixed);
    fixed->ifi_index = index;
    fixed->ifi_flags = flags;
    fixed->ifi_change = change;
    return netlink_do(netlink, &request.header);
}

static int set_attribute(int netlink, int index, int attribute, const void *data, size_t length) {
    struct netlink_request request;
    struct ifinfomsg *fixed = netlink_begin(&request, RTM_SETLINK, 0, sizeof *fixed);
    fixed->ifi_index = index;
    netlink_put(&request, attribute, data, length);
    return netlink_do(netlink, &request.header);
}

static int set_name(int netlink, int index, const char *name) {
    return set_attribute(netlink, index, IFLA_IFNAME, name, strlen(name) + 1);
}

// Gives the name to a link. The kernel may have numbered the interfaces in another order than the request
// expects: an interface that has the name already gets the old name of the link, if it is down.
static int take_name(const struct network *network, const struct nlmsghdr *link, const char *name) {
    if (*name == '\0' || strcmp(link_name(link), name) == 0) return 0;
    const struct nlmsghdr *owner = link_named(&network->links, name);
    if (owner == NULL) return set_name(network->netlink, link_index(link), name);
    if (set_name(network->netlink, link_index(owner), BETWEEN_NAMES) < 0) return -1;
    if (set_name(network->netlink, link_index(link), name) < 0) return -1;
    return set_name(network->netlink, link_index(owner), link_name(link));
}

static int remove_addresses(const struct network *network, int index) {
    const struct netlink_list *all = &network->addresses;
    for (struct nlmsghdr *at = netlink_first(all); at != NULL; at = netlink_next(all, at)) {
        const struct ifaddrmsg *fixed = NLMSG_DATA(at);
        if ((int)fixed->ifa_index != index) continue;
        at->nlmsg_type = RTM_DELADDR;
        at->nlmsg_flags = NLM_F_REQUEST;
        // The kernel has removed the IPv6 addresses when the link went down.
        if (netlink_do(network->netlink, at) < 0 && errno != EADDRNOTAVAIL) return -1;
    }
    return 0;
}

// No other host can have the address, so IPv6's duplicate address detection is off.
static int add_address(int netlink, int index, const struct ip *ip) {
    struct netlink_request request;
    struct ifaddrmsg *fixed =
        netlink_begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, sizeof *fixed);
    fixed->ifa_family = ip->family;
    fixed->ifa_prefixlen = ip->prefix;
    fixed->ifa_flags = IFA_F_NODAD;
    fixed->ifa_index = (unsigned)index;
    netlink_put(&request, IFA_LOCAL, ip->bytes, ip_size(ip));
    netlink_put(&request, IFA_ADDRESS, ip->bytes, ip_size(ip));
    return netlink_do(netlink, &request.header);
}

static int add_addresses(int netlink, int index, const struct settings *settings) {
    int failed = 0;
    for (size_t i = 0; i < settings->n_addresses && failed == 0; i++) {
        failed = add_address(netlink, index, &settings->addresses[i]);
    }
    return failed;
}

// Applies the settings. Returns the field that the kernel refused, with errno, or NULL. The link goes down
// first, because the name of a link that is up cannot change.
static const char *apply(
    const struct network *network, const struct nlmsghdr *link, const struct settings *settings) {
    int netlink = network->netlink, index = link_index(link);
    bool other_mac = settings->has_mac && !has_mac(link, settings->mac);
    unsigned flags = IFF_UP | (settings->no_arp ? IFF_NOARP : 0);
    if (set_flags(netlink, index, 0, IFF_UP) < 0) return "device";
    if (take_name(network, link, settings->name) < 0) return "name";
    if (other_mac && set_attribute(netlink, index, IFLA_ADDRESS, settings->mac, MAC_SIZE) < 0) {
        return "hwAddr";
    }
    if (settings->mtu != 0
        && set_attribute(netlink, index, IFLA_MTU, &settings->mtu, sizeof settings->mtu) < 0) {
        return "mtu";
    }
    if (remove_addresses(network, index) < 0) return "IPAddresses: cannot remove the old ones";
    if (set_flags(netlink, index, flags, IFF_UP | IFF_NOARP) < 0) return "raw_flags";
    if (add_addresses(netlink, index, settings) < 0) return "IPAddresses";
    return NULL;
}

static void reply_interface(struct call *call, int index) {
    struct network network;
    if (!network_open(&network)) {
        call_fail(call, STATUS_INTERNAL, "UpdateInterface: rtnetlink: %s", strerror(errno));
        return;
    }
    struct nlmsghdr *link = netlink_first(&network.links);
    while (link_index(link) != index) link = netlink_next(&network.links, link);
    Types__Interface *now = read_interface(&network, link);
    call_reply(call, &now->base);
    types__interface__free_unpacked(now, NULL);
    network_close(&network);
}

static void update(struct call *call, const struct settings *settings, const Types__Interface *asked) {
    struct network network;
    if (!network_open(&network)) {
        call_fail(call, STATUS_INTERNAL, "UpdateInterface: rtnetlink: %s", strerror(errno));
        return;
    }
    const struct nlmsghdr *link = find_link(&network.links, settings, asked->device);
    const char *failed = link == NULL ? NULL : apply(&network, link, settings);
    if (link == NULL) {
        // Kata's runtime tries again when it reads "Link not found".
        call_fail(
            call, STATUS_NOT_FOUND, "UpdateInterface: Link not found: hwAddr \"%.32s\", device \"%.32s\"",
            asked->hwaddr, asked->device);
    } else if (failed != NULL) {
        call_fail(call, netlink_status(errno), "UpdateInterface: %s: %s", failed, strerror(errno));
    } else {
        reply_interface(call, link_index(link));
    }
    network_close(&network);
}

// Sets name, MAC, MTU and addresses of an interface, then brings it up. If the kernel refuses a setting,
// those before it are applied.
void interface_update(struct call *call, const ProtobufCMessage *message) {
    const Grpc__UpdateInterfaceRequest *request = (const void *)message;
    if (request->interface == NULL) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "UpdateInterface: interface is missing");
        return;
    }
    struct settings settings = {.name = request->interface->name};
    const char *wrong = wrong_field(request->interface, &settings);
    if (wrong != NULL) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "UpdateInterface: %s", wrong);
    } else {
        update(call, &settings, request->interface);
    }
    free(settings.addresses);
}
