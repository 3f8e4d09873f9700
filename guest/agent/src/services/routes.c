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

#define ROUTE sizeof(struct rtmsg)

// Returns whether a route belongs in a list of routes: a unicast route of the main table.
static bool counts(const struct nlmsghdr *message) {
    const struct rtmsg *fixed = NLMSG_DATA(message);
    return fixed->rtm_table == RT_TABLE_MAIN && fixed->rtm_type == RTN_UNICAST
        && (fixed->rtm_flags & RTM_F_CLONED) == 0;
}

static char *read_ip(const struct nlmsghdr *message, int attribute, const char *suffix) {
    const struct rtmsg *fixed = NLMSG_DATA(message);
    const struct rtattr *address = netlink_attribute(message, ROUTE, attribute);
    if (address == NULL) return need(strdup(""));
    struct ip ip = {.family = fixed->rtm_family};
    char text[IP_TEXT], *joined;
    memcpy(ip.bytes, RTA_DATA(address), ip_size(&ip));
    ip_print(&ip, text);
    if (asprintf(&joined, "%s%s", text, suffix) < 0) abort();
    return joined;
}

static Types__Route *read_route(const struct nlmsghdr *message) {
    const struct rtmsg *fixed = NLMSG_DATA(message);
    char device[IF_NAMESIZE] = "", prefix[8];
    Types__Route *route = need(malloc(sizeof *route));
    types__route__init(route);
    if_indextoname(netlink_u32(message, ROUTE, RTA_OIF), device);
    snprintf(prefix, sizeof prefix, "/%u", fixed->rtm_dst_len);
    route->dest = read_ip(message, RTA_DST, prefix);
    route->gateway = read_ip(message, RTA_GATEWAY, "");
    route->source = read_ip(message, RTA_PREFSRC, "");
    route->device = need(strdup(device));
    route->scope = fixed->rtm_scope;
    route->family = fixed->rtm_family == AF_INET ? TYPES__IPFAMILY__v4 : TYPES__IPFAMILY__v6;
    route->flags = fixed->rtm_flags & RTNH_F_ONLINK;
    return route;
}

// Adds the routes of a family to the list. Returns 0, or -1 with errno.
static int read_routes(int netlink, int family, Grpc__Routes *all) {
    struct netlink_list list;
    if (netlink_dump(netlink, RTM_GETROUTE, family, &list) < 0) return -1;
    for (struct nlmsghdr *at = netlink_first(&list); at != NULL; at = netlink_next(&list, at)) {
        if (!counts(at)) continue;
        size_t n = all->n_routes++;
        all->routes = need(realloc(all->routes, (n + 1) * sizeof *all->routes));
        all->routes[n] = read_route(at);
    }
    free(list.bytes);
    return 0;
}

static void reply_routes(struct call *call, const char *method, int netlink) {
    Grpc__Routes *all = need(malloc(sizeof *all));
    grpc__routes__init(all);
    if (read_routes(netlink, AF_INET, all) < 0 || read_routes(netlink, AF_INET6, all) < 0) {
        call_fail(call, STATUS_INTERNAL, "%s: rtnetlink: %s", method, strerror(errno));
    } else {
        call_reply(call, &all->base);
    }
    grpc__routes__free_unpacked(all, NULL);
}

// Lists the unicast routes of the main table. The default route has no dest.
void routes_list(struct call *call, const ProtobufCMessage *request) {
    (void)request;
    int netlink = netlink_open();
    if (netlink < 0) {
        call_fail(call, STATUS_INTERNAL, "ListRoutes: rtnetlink: %s", strerror(errno));
        return;
    }
    reply_routes(call, "ListRoutes", netlink);
    close(netlink);
}

static void put_mtu(struct netlink_request *request, uint32_t mtu) {
    struct {
        struct rtattr header;
        uint32_t value;
    } metric = {{sizeof metric, RTAX_MTU}, mtu};
    netlink_put(request, RTA_METRICS, &metric, sizeof metric);
}

static bool same_family(const struct rtmsg *fixed, const char *text, struct ip *ip) {
    return ip_parse(text, ip) && ip->family == fixed->rtm_family;
}

// Writes the request that adds a route. Returns the field that is wrong, or NULL.
static const char *compose(const Types__Route *route, struct netlink_request *request) {
    struct rtmsg *fixed = netlink_begin(request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, ROUTE);
    bool direct = *route->gateway == '\0';
    bool v6 = route->family == TYPES__IPFAMILY__v6 || strchr(route->dest, ':') || strchr(route->gateway, ':');
    struct ip ip;
    fixed->rtm_family = v6 ? AF_INET6 : AF_INET;
    fixed->rtm_table = RT_TABLE_MAIN;
    fixed->rtm_protocol = RTPROT_BOOT;
    fixed->rtm_type = RTN_UNICAST;
    fixed->rtm_scope = (uint8_t)route->scope;
    // The kernel accepts a gateway only if its scope is narrower than that of the routes through it.
    if (route->scope == RT_SCOPE_UNIVERSE && direct && !v6) fixed->rtm_scope = RT_SCOPE_LINK;
    fixed->rtm_flags = route->flags & RTNH_F_ONLINK;
    if (*route->dest != '\0') {
        if (!same_family(fixed, route->dest, &ip)) return "dest";
        fixed->rtm_dst_len = ip.prefix;
        netlink_put(request, RTA_DST, ip.bytes, ip_size(&ip));
    }
    if (!direct) {
        if (!same_family(fixed, route->gateway, &ip)) return "gateway";
        netlink_put(request, RTA_GATEWAY, ip.bytes, ip_size(&ip));
    }
    if (*route->source != '\0') {
        if (!same_family(fixed, route->source, &ip)) return "source";
        netlink_put(request, RTA_PREFSRC, ip.bytes, ip_size(&ip));
    }
    if (*route->device != '\0' || direct) {
        uint32_t index = if_nametoindex(route->device);
        if (index == 0) return "device";
        netlink_put_u32(request, RTA_OIF, index);
    }
    if (route->mtu != 0) put_mtu(request, route->mtu);
    return NULL;
}

// Removes all but what the kernel made for addresses. Returns 0, or -1 with errno.
static int remove_routes(int netlink, int family) {
    struct netlink_list list;
    int failed = netlink_dump(netlink, RTM_GETROUTE, family, &list);
    struct nlmsghdr *at = netlink_first(&list);
    for (; at != NULL && failed == 0; at = netlink_next(&list, at)) {
        const struct rtmsg *fixed = NLMSG_DATA(at);
        if (!counts(at) || fixed->rtm_protocol == RTPROT_KERNEL) continue;
        at->nlmsg_type = RTM_DELROUTE;
        at->nlmsg_flags = NLM_F_REQUEST;
        failed = netlink_do(netlink, at);
    }
    free(list.bytes);
    return failed;
}

// Adds the routes without a gateway (direct), or those with one. The kernel looks up a gateway in the
// former, so they come first. A route that exists already is the kernel's own. Returns the index of the
// route that the kernel refused, with errno, or n.
static size_t add_routes(
    int netlink, size_t n, Types__Route **routes, struct netlink_request *requests, bool direct) {
    for (size_t i = 0; i < n; i++) {
        if ((*routes[i]->gateway == '\0') != direct) continue;
        if (netlink_do(netlink, &requests[i].header) < 0 && errno != EEXIST) return i;
    }
    return n;
}

static void replace(
    struct call *call, int netlink, const Grpc__Routes *asked, struct netlink_request *requests) {
    if (remove_routes(netlink, AF_INET) < 0 || remove_routes(netlink, AF_INET6) < 0) {
        call_fail(call, STATUS_INTERNAL, "UpdateRoutes: cannot remove the old routes: %s", strerror(errno));
        return;
    }
    size_t n = asked->n_routes, refused = add_routes(netlink, n, asked->routes, requests, true);
    if (refused == n) refused = add_routes(netlink, n, asked->routes, requests, false);
    if (refused < n) {
        const Types__Route *route = asked->routes[refused];
        call_fail(
            call, netlink_status(errno), "UpdateRoutes: route to \"%.64s\" by \"%.64s\" on \"%.32s\": %s",
            route->dest, route->gateway, route->device, strerror(errno));
    } else {
        reply_routes(call, "UpdateRoutes", netlink);
    }
}

// Replaces all routes except the kernel's own. Checks all new routes before it changes the first. If the
// kernel then refuses one, those before it are added.
void routes_update(struct call *call, const ProtobufCMessage *message) {
    const Grpc__UpdateRoutesRequest *request = (const void *)message;
    static const Grpc__Routes none = GRPC__ROUTES__INIT;
    const Grpc__Routes *asked = request->routes == NULL ? &none : request->routes;
    struct netlink_request *requests = need(calloc(asked->n_routes + 1, sizeof *requests));
    int netlink = netlink_open();
    const char *wrong = NULL;
    size_t i = 0;
    while (i < asked->n_routes && (wrong = compose(asked->routes[i], &requests[i])) == NULL) i++;
    if (netlink < 0) {
        call_fail(call, STATUS_INTERNAL, "UpdateRoutes: rtnetlink: %s", strerror(errno));
    } else if (wrong != NULL) {
        call_fail(
            call, STATUS_INVALID_ARGUMENT,
            "UpdateRoutes: route %zu: %s is not an interface or not an address of the route's family",
            i + 1, wrong);
    } else {
        replace(call, netlink, asked, requests);
    }
    if (netlink >= 0) close(netlink);
    free(requests);
}
