#include "interfaces.h"

#include <linux/if_arp.h>
#include <linux/neighbour.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "message.h"
#include "network/address.h"
#include "report.h"

#define LINK sizeof(struct ifinfomsg)
#define ADDRESS sizeof(struct ifaddrmsg)
#define ROUTE sizeof(struct rtmsg)
#define NEIGHBOUR sizeof(struct ndmsg)
#define HOST_END "vmf-"

static struct netlink_list dump(int netlink, int type, int family) {
    struct netlink_list list;
    if (netlink_dump(netlink, type, family, &list) < 0) stop_errno("cannot list the network");
    return list;
}

static const char *name_of(const struct nlmsghdr *link) {
    return RTA_DATA(netlink_attribute(link, LINK, IFLA_IFNAME));
}

static bool is_tap(const struct nlmsghdr *link) {
    const struct rtattr *info = netlink_attribute(link, LINK, IFLA_LINKINFO);
    if (info == NULL) return false;
    size_t left = RTA_PAYLOAD(info);
    for (const struct rtattr *at = RTA_DATA(info); RTA_OK(at, left); at = RTA_NEXT(at, left)) {
        if (at->rta_type == IFLA_INFO_KIND) return strcmp(RTA_DATA(at), "tun") == 0;
    }
    return false;
}

static bool is_wanted(const struct nlmsghdr *link) {
    const struct ifinfomsg *fixed = NLMSG_DATA(link);
    return fixed->ifi_type == ARPHRD_ETHER && (fixed->ifi_flags & IFF_UP) != 0 && !is_tap(link);
}

static void mac_text(const struct nlmsghdr *message, size_t fixed, int attribute, char text[MAC_TEXT]) {
    const struct rtattr *mac = netlink_attribute(message, fixed, attribute);
    *text = '\0';
    if (mac != NULL && RTA_PAYLOAD(mac) == MAC_SIZE) mac_print(RTA_DATA(mac), text);
}

static void take(struct interfaces *found, const struct nlmsghdr *link) {
    if (found->count == MOST_INTERFACES) stop("the network namespace has more than %d interfaces", MOST_INTERFACES);
    struct interface *interface = &found->all[found->count++];
    interface->index = ((const struct ifinfomsg *)NLMSG_DATA(link))->ifi_index;
    snprintf(interface->name, sizeof interface->name, "%s", name_of(link));
    snprintf(interface->host_end, sizeof interface->host_end, HOST_END "%d", interface->index);
    interface->mtu = netlink_u32(link, LINK, IFLA_MTU);
    mac_text(link, LINK, IFLA_ADDRESS, interface->mac);
}

static struct interface *with_host_end(struct interfaces *found, const char *name) {
    for (unsigned i = 0; i < found->count; i++) {
        if (strcmp(found->all[i].host_end, name) == 0) return &found->all[i];
    }
    return NULL;
}

static void match(struct interfaces *found, const struct nlmsghdr *tap) {
    const char *name = name_of(tap);
    struct interface *interface = with_host_end(found, name);
    if (interface != NULL) {
        interface->tap = ((const struct ifinfomsg *)NLMSG_DATA(tap))->ifi_index;
    } else if (strncmp(name, HOST_END, strlen(HOST_END)) == 0 && found->unused_count < MOST_INTERFACES) {
        snprintf(found->unused[found->unused_count++], IFNAMSIZ, "%s", name);
    }
}

struct interfaces interfaces_list(int netlink) {
    struct interfaces found = {.count = 0};
    struct netlink_list links = dump(netlink, RTM_GETLINK, AF_UNSPEC);
    for (struct nlmsghdr *at = netlink_first(&links); at != NULL; at = netlink_next(&links, at)) {
        if (is_wanted(at)) take(&found, at);
    }
    for (struct nlmsghdr *at = netlink_first(&links); at != NULL; at = netlink_next(&links, at)) {
        if (is_tap(at)) match(&found, at);
    }
    free(links.bytes);
    return found;
}

static const struct interface *with_index(const struct interfaces *interfaces, int index) {
    for (unsigned i = 0; i < interfaces->count; i++) {
        if (interfaces->all[i].index == index) return &interfaces->all[i];
    }
    return NULL;
}

static void ip_text(const struct rtattr *attribute, int family, char text[IP_TEXT]) {
    struct ip ip = {.family = (uint8_t)family};
    *text = '\0';
    if (attribute == NULL || RTA_PAYLOAD(attribute) < ip_size(&ip)) return;
    memcpy(ip.bytes, RTA_DATA(attribute), ip_size(&ip));
    ip_print(&ip, text);
}

static void put_address(struct bytes *interface, const struct nlmsghdr *message) {
    const struct ifaddrmsg *fixed = NLMSG_DATA(message);
    if (fixed->ifa_family == AF_INET6 && fixed->ifa_scope == RT_SCOPE_LINK) return;
    // On a point-to-point link, IFA_ADDRESS is the other end.
    const struct rtattr *own = netlink_attribute(message, ADDRESS, IFA_LOCAL);
    char ip[IP_TEXT], text[IP_TEXT + 8];
    ip_text(own != NULL ? own : netlink_attribute(message, ADDRESS, IFA_ADDRESS), fixed->ifa_family, ip);
    snprintf(text, sizeof text, "%s/%u", ip, fixed->ifa_prefixlen);
    if (*ip != '\0') put_text(interface, 5, text);
}

static void put_interface(struct bytes *request, const struct interface *one, const struct netlink_list *addresses) {
    struct bytes interface = {0};
    put_text(&interface, 1, one->name);
    put_text(&interface, 2, one->host_end);
    put_text(&interface, 3, one->mac);
    put_number(&interface, 4, one->mtu);
    for (struct nlmsghdr *at = netlink_first(addresses); at != NULL; at = netlink_next(addresses, at)) {
        if ((int)((struct ifaddrmsg *)NLMSG_DATA(at))->ifa_index == one->index) put_address(&interface, at);
    }
    put_message(request, 3, &interface);
    free(interface.at);
}

// The kernel makes the routes of addresses in the guest too.
static bool is_given(const struct rtmsg *route) {
    return route->rtm_table == RT_TABLE_MAIN && route->rtm_type == RTN_UNICAST && route->rtm_protocol != RTPROT_KERNEL
        && (route->rtm_flags & RTM_F_CLONED) == 0;
}

static void put_route(struct bytes *request, const struct nlmsghdr *message, const struct interfaces *interfaces) {
    const struct rtmsg *fixed = NLMSG_DATA(message);
    const struct interface *through = with_index(interfaces, (int)netlink_u32(message, ROUTE, RTA_OIF));
    if (!is_given(fixed) || through == NULL) return;
    char ip[IP_TEXT], text[IP_TEXT + 8];
    struct bytes route = {0};
    ip_text(netlink_attribute(message, ROUTE, RTA_DST), fixed->rtm_family, ip);
    snprintf(text, sizeof text, "%s/%u", ip, fixed->rtm_dst_len);
    if (*ip != '\0') put_text(&route, 1, text);
    ip_text(netlink_attribute(message, ROUTE, RTA_GATEWAY), fixed->rtm_family, ip);
    bool direct = *ip == '\0';
    if (!direct) put_text(&route, 2, ip);
    put_text(&route, 3, through->name);
    ip_text(netlink_attribute(message, ROUTE, RTA_PREFSRC), fixed->rtm_family, ip);
    if (*ip != '\0') put_text(&route, 4, ip);
    put_number(&route, 5, (fixed->rtm_flags & RTNH_F_ONLINK) != 0);
    put_number(&route, 6, netlink_u32(message, ROUTE, RTA_PRIORITY));
    put_message(request, 4, &route);
    free(route.at);
}

static void put_neighbour(struct bytes *request, const struct nlmsghdr *message, const struct interfaces *interfaces) {
    const struct ndmsg *fixed = NLMSG_DATA(message);
    const struct interface *on = with_index(interfaces, fixed->ndm_ifindex);
    char ip[IP_TEXT], mac[MAC_TEXT];
    if (on == NULL || (fixed->ndm_state & NUD_PERMANENT) == 0) return;
    if (fixed->ndm_family != AF_INET && fixed->ndm_family != AF_INET6) return;
    ip_text(netlink_attribute(message, NEIGHBOUR, NDA_DST), fixed->ndm_family, ip);
    mac_text(message, NEIGHBOUR, NDA_LLADDR, mac);
    if (*ip == '\0' || *mac == '\0') return;
    struct bytes neighbour = {0};
    put_text(&neighbour, 1, ip);
    put_text(&neighbour, 2, on->name);
    put_text(&neighbour, 3, mac);
    put_message(request, 5, &neighbour);
    free(neighbour.at);
}

static void put_routes(struct bytes *request, int netlink, int family, const struct interfaces *interfaces) {
    struct netlink_list routes = dump(netlink, RTM_GETROUTE, family);
    for (struct nlmsghdr *at = netlink_first(&routes); at != NULL; at = netlink_next(&routes, at)) {
        put_route(request, at, interfaces);
    }
    free(routes.bytes);
}

void interfaces_put(struct bytes *request, int netlink, const struct interfaces *interfaces) {
    struct netlink_list addresses = dump(netlink, RTM_GETADDR, AF_UNSPEC);
    for (unsigned i = 0; i < interfaces->count; i++) put_interface(request, &interfaces->all[i], &addresses);
    free(addresses.bytes);
    put_routes(request, netlink, AF_INET, interfaces);
    put_routes(request, netlink, AF_INET6, interfaces);
    struct netlink_list neighbours = dump(netlink, RTM_GETNEIGH, AF_UNSPEC);
    for (struct nlmsghdr *at = netlink_first(&neighbours); at != NULL; at = netlink_next(&neighbours, at)) {
        put_neighbour(request, at, interfaces);
    }
    free(neighbours.bytes);
}

void interfaces_put_taps(struct bytes *request, const struct interfaces *interfaces) {
    for (unsigned i = 0; i < interfaces->count; i++) {
        if (interfaces->all[i].tap != 0) put_text(request, 6, interfaces->all[i].host_end);
    }
    for (unsigned i = 0; i < interfaces->unused_count; i++) put_text(request, 7, interfaces->unused[i]);
}
