#include "redirect.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/tc_act/tc_mirred.h>
#include <netinet/ip.h>
#include <string.h>

#include "network/netlink.h"

#define INGRESS (TC_H_MAKE(TC_H_INGRESS, 0))
enum { ADDRESSES = 1, ANSWERS, EVERYTHING }; // priorities
#define FIRST_FILTER 0x80000800 // the handle that the kernel gives to the first one
#define A_FILTER 0x800 // in a table of its own
#define DOMAIN 53

// Attributes that contain others are written from the inside to the outside.
struct nest {
    uint8_t bytes[256]; // more than any of these needs
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

// "u32" with keys that must match: the kernels of some hosts have no "matchall".
#define KEYS_MOST 3

struct filter {
    int priority; // the lowest is asked first
    int protocol; // as in the header of Ethernet
    uint32_t handle;
    unsigned key_count;
    struct tc_u32_key keys[KEYS_MOST];
};

static const struct filter everything = {
    .priority = EVERYTHING, .protocol = ETH_P_ALL, .handle = FIRST_FILTER, .key_count = 1};
static const struct filter addresses = {.priority = ADDRESSES, .protocol = ETH_P_ARP, .handle = A_FILTER, .key_count = 1};

static void put_selector(struct nest *options, const struct filter *filter) {
    struct {
        struct tc_u32_sel head;
        struct tc_u32_key keys[KEYS_MOST];
    } selector = {.head = {.flags = TC_U32_TERMINAL, .nkeys = (unsigned char)filter->key_count}};
    memcpy(selector.keys, filter->keys, sizeof selector.keys);
    put(options, TCA_U32_SEL, &selector, sizeof selector.head + filter->key_count * sizeof *selector.keys);
}

//   how  TCA_EGRESS_REDIR, or TCA_EGRESS_MIRROR for a copy
static void put_mirred(struct nest *options, int how, int interface) {
    struct tc_mirred mirred = {.action = how == TCA_EGRESS_REDIR ? TC_ACT_STOLEN : TC_ACT_OK, .eaction = how,
                               .ifindex = (uint32_t)interface};
    struct nest parameters = {.length = 0}, action = {.length = 0}, actions = {.length = 0};
    put(&parameters, TCA_MIRRED_PARMS, &mirred, sizeof mirred);
    put(&action, TCA_ACT_KIND, "mirred", sizeof "mirred");
    put_nest(&action, TCA_ACT_OPTIONS, &parameters);
    put_nest(&actions, 1, &action);
    put_nest(options, TCA_U32_ACT, &actions);
}

static bool add(int netlink, int from, const struct filter *filter, const struct nest *options) {
    struct netlink_request request;
    struct tcmsg *fixed = netlink_begin(&request, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, sizeof *fixed);
    fixed->tcm_ifindex = from;
    fixed->tcm_parent = INGRESS;
    fixed->tcm_handle = filter->handle;
    fixed->tcm_info = TC_H_MAKE((uint32_t)filter->priority << 16, htons((uint16_t)filter->protocol));
    netlink_put(&request, TCA_KIND, "u32", sizeof "u32");
    netlink_put(&request, TCA_OPTIONS, options->bytes, options->length);
    return done(netlink, &request) || errno == ENOSPC; // how the kernel says that A_FILTER is there
}

bool redirect_add(int netlink, int from, int to) {
    struct netlink_request qdisc;
    struct nest options = {.length = 0};
    begin_qdisc(&qdisc, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, from);
    if (!done(netlink, &qdisc)) return false;
    put_selector(&options, &everything);
    put_mirred(&options, TCA_EGRESS_REDIR, to);
    return add(netlink, from, &everything, &options);
}

// IPv4 without options, not a later fragment, from port 53 to one of the ports.
static struct filter answers_to(uint16_t first, uint16_t mask) {
    return (struct filter){
        .priority = ANSWERS,
        .protocol = ETH_P_IP,
        .handle = A_FILTER,
        .key_count = 3,
        .keys = {
            {.mask = htonl(0xff000000), .val = htonl(0x45000000), .off = 0},
            {.mask = htonl(IP_OFFMASK), .val = 0, .off = 4},
            {.mask = htonl(0xffff0000u | mask), .val = htonl(DOMAIN << 16 | first), .off = 20},
        },
    };
}

bool redirect_spare_answers(int netlink, int from, int to, uint16_t first, uint16_t mask) {
    struct nest copied = {.length = 0}, kept = {.length = 0};
    struct filter answers = answers_to(first, mask);
    put_selector(&copied, &addresses);
    put_mirred(&copied, TCA_EGRESS_MIRROR, to);
    put_selector(&kept, &answers); // without an action: the host's stack takes them
    return add(netlink, from, &addresses, &copied) && add(netlink, from, &answers, &kept);
}

void redirect_remove(int netlink, int from) {
    struct netlink_request request;
    begin_qdisc(&request, RTM_DELQDISC, 0, from);
    netlink_do(netlink, &request.header);
}
