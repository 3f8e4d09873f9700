#include "redirect.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/tc_act/tc_mirred.h>
#include <string.h>

#include "network/netlink.h"

#define INGRESS (TC_H_MAKE(TC_H_INGRESS, 0))
#define PRIORITY 1
#define ONLY_FILTER 0x80000800 // the handle that the kernel gives to the first one

// Attributes that contain others are written from the inside to the outside.
struct nest {
    uint8_t bytes[256];
    size_t length;
};

static void put(struct nest *nest, int attribute, const void *data, size_t length) {
    struct rtattr *at = (struct rtattr *)(nest->bytes + nest->length);
    at->rta_type = (uint16_t)attribute;
    at->rta_len = (uint16_t)RTA_LENGTH(length);
    memcpy(RTA_DATA(at), data, length);
    nest->length += RTA_SPACE(length);
}

static void put_nest(struct nest *nest, int attribute, const struct nest *inner) {
    put(nest, attribute, inner->bytes, inner->length);
}

static void begin_qdisc(struct netlink_request *request, int type, int flags, int interface) {
    struct tcmsg *fixed = netlink_begin(request, type, flags, sizeof *fixed);
    fixed->tcm_ifindex = interface;
    fixed->tcm_handle = INGRESS;
    fixed->tcm_parent = TC_H_INGRESS;
    netlink_put(request, TCA_KIND, "ingress", sizeof "ingress");
}

static bool done(int netlink, struct netlink_request *request) {
    return netlink_do(netlink, &request->header) == 0 || errno == EEXIST;
}

// "u32" with a key that matches everything: the kernels of some hosts have no "matchall".
static struct nest everything_to(int interface) {
    struct {
        struct tc_u32_sel head;
        struct tc_u32_key key;
    } match = {.head = {.flags = TC_U32_TERMINAL, .nkeys = 1}};
    struct tc_mirred mirred = {
        .action = TC_ACT_STOLEN, .eaction = TCA_EGRESS_REDIR, .ifindex = (uint32_t)interface};
    struct nest parameters = {.length = 0}, action = {.length = 0}, actions = {.length = 0}, options = {.length = 0};
    put(&parameters, TCA_MIRRED_PARMS, &mirred, sizeof mirred);
    put(&action, TCA_ACT_KIND, "mirred", sizeof "mirred");
    put_nest(&action, TCA_ACT_OPTIONS, &parameters);
    put_nest(&actions, 1, &action);
    put(&options, TCA_U32_SEL, &match, sizeof match);
    put_nest(&options, TCA_U32_ACT, &actions);
    return options;
}

bool redirect_add(int netlink, int from, int to) {
    struct netlink_request qdisc, filter;
    begin_qdisc(&qdisc, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, from);
    if (!done(netlink, &qdisc)) return false;
    struct tcmsg *fixed = netlink_begin(&filter, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, sizeof *fixed);
    fixed->tcm_ifindex = from;
    fixed->tcm_parent = INGRESS;
    fixed->tcm_handle = ONLY_FILTER;
    fixed->tcm_info = TC_H_MAKE(PRIORITY << 16, htons(ETH_P_ALL));
    struct nest options = everything_to(to);
    netlink_put(&filter, TCA_KIND, "u32", sizeof "u32");
    netlink_put(&filter, TCA_OPTIONS, options.bytes, options.length);
    return done(netlink, &filter);
}

void redirect_remove(int netlink, int from) {
    struct netlink_request request;
    begin_qdisc(&request, RTM_DELQDISC, 0, from);
    netlink_do(netlink, &request.header);
}
