#ifndef VMFACTORY_NETLINK_H
#define VMFACTORY_NETLINK_H

#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

#include "../status.h"

// rtnetlink(7): interfaces, addresses, routes and neighbours of the kernel. No call waits: the kernel
// does what a message says, and has the answer ready, before the message counts as sent.

// Attributes beyond this size are a mistake of the caller.
#define NETLINK_BODY 512

struct netlink_request {
    struct nlmsghdr header;
    uint8_t body[NETLINK_BODY];
};

// What the kernel has told, message after message; bytes is the caller's to free.
struct netlink_list {
    uint8_t *bytes;
    size_t length;
};

// The first message of a list, and the one after another; NULL = no more.
struct nlmsghdr *netlink_first(const struct netlink_list *list);
struct nlmsghdr *netlink_next(const struct netlink_list *list, struct nlmsghdr *message);

// A socket to the kernel, or -1 with errno.
int netlink_open(void);

// Begins a request and returns its fixed part, zeroed. flags: NLM_F_CREATE and its like.
void *netlink_begin(struct netlink_request *request, int type, int flags, size_t fixed);

void netlink_put(struct netlink_request *request, int attribute, const void *data, size_t length);
void netlink_put_u32(struct netlink_request *request, int attribute, uint32_t value);

// Has the kernel do it. Returns 0, or -1 with errno.
int netlink_do(int fd, struct nlmsghdr *request);

// What the kernel's refusal means to whoever asked: a wrong value, or trouble in here.
enum status netlink_status(int error);

// Has the kernel tell all of a type (RTM_GETLINK and its like). Returns 0, or -1 with errno.
int netlink_tell(int fd, int type, int family, struct netlink_list *list);

// An attribute of a message whose fixed part has that size; NULL = not there.
const struct rtattr *netlink_attribute(const struct nlmsghdr *message, size_t fixed, int type);

// A number among them, 0 = not there.
uint32_t netlink_u32(const struct nlmsghdr *message, size_t fixed, int type);

#endif
