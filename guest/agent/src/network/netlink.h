#ifndef VMFACTORY_NETLINK_H
#define VMFACTORY_NETLINK_H

#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

#include "../status.h"

// Talks to the kernel by rtnetlink(7): interfaces, addresses, routes and neighbours. No function blocks:
// send() returns only after the kernel has done what the message says and its answer is ready.

// Room for the body of a request. A caller that exceeds it aborts the agent.
#define NETLINK_BODY 512

struct netlink_request {
    struct nlmsghdr header;
    uint8_t body[NETLINK_BODY];
};

// The messages of an answer. The caller frees bytes.
struct netlink_list {
    uint8_t *bytes;
    size_t length;
};

// Return the first message of a list, and the one after a message. NULL = there is none.
struct nlmsghdr *netlink_first(const struct netlink_list *list);
struct nlmsghdr *netlink_next(const struct netlink_list *list, struct nlmsghdr *message);

// Returns a socket to the kernel, or -1 with errno.
int netlink_open(void);

// Begins a request and returns its fixed part, zeroed. The flags are NLM_F_CREATE and similar ones.
void *netlink_begin(struct netlink_request *request, int type, int flags, size_t fixed);

void netlink_put(struct netlink_request *request, int attribute, const void *data, size_t length);
void netlink_put_u32(struct netlink_request *request, int attribute, uint32_t value);

// Sends a request and receives the acknowledgement. Returns 0, or -1 with errno.
int netlink_do(int fd, struct nlmsghdr *request);

// Returns the status for the kernel's errno: the request has a wrong value, or an internal error.
enum status netlink_status(int error);

// Lists all objects of a type (RTM_GETLINK or similar). Returns 0, or -1 with errno.
int netlink_dump(int fd, int type, int family, struct netlink_list *list);

// Returns an attribute of a message whose fixed part has this size. NULL = the message has none.
const struct rtattr *netlink_attribute(const struct nlmsghdr *message, size_t fixed, int type);

// Returns the value of an attribute that is a number. 0 = the message has none.
uint32_t netlink_u32(const struct nlmsghdr *message, size_t fixed, int type);

#endif
