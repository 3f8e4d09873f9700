#include "netlink.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../need.h"

#define PIECE 32768 // the kernel sends no larger message

struct nlmsghdr *netlink_first(const struct netlink_list *list) {
    struct nlmsghdr *first = (struct nlmsghdr *)list->bytes;
    return first != NULL && NLMSG_OK(first, list->length) ? first : NULL;
}

struct nlmsghdr *netlink_next(const struct netlink_list *list, struct nlmsghdr *message) {
    size_t left = list->length - (size_t)((uint8_t *)message - list->bytes);
    struct nlmsghdr *next = NLMSG_NEXT(message, left);
    return NLMSG_OK(next, left) ? next : NULL;
}

int netlink_open(void) {
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

void *netlink_begin(struct netlink_request *request, int type, int flags, size_t fixed) {
    memset(request, 0, sizeof *request);
    request->header.nlmsg_len = NLMSG_LENGTH(fixed);
    request->header.nlmsg_type = (uint16_t)type;
    request->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    return request->body;
}

void netlink_put(struct netlink_request *request, int attribute, const void *data, size_t length) {
    size_t at = NLMSG_ALIGN(request->header.nlmsg_len);
    if (at + RTA_LENGTH(length) > sizeof *request) abort();
    struct rtattr *put = (struct rtattr *)((uint8_t *)request + at);
    put->rta_type = (uint16_t)attribute;
    put->rta_len = (uint16_t)RTA_LENGTH(length);
    memcpy(RTA_DATA(put), data, length);
    request->header.nlmsg_len = (uint32_t)(at + RTA_LENGTH(length));
}

void netlink_put_u32(struct netlink_request *request, int attribute, uint32_t value) {
    netlink_put(request, attribute, &value, sizeof value);
}

static int error_of(const struct nlmsghdr *message) {
    const struct nlmsgerr *error = NLMSG_DATA(message);
    errno = -error->error;
    return error->error == 0 ? 0 : -1;
}

int netlink_do(int fd, struct nlmsghdr *request) {
    union {
        struct nlmsghdr header;
        uint8_t bytes[1024]; // a refusal repeats the request
    } answer;
    request->nlmsg_flags |= NLM_F_ACK;
    if (send(fd, request, request->nlmsg_len, 0) < 0) return -1;
    ssize_t got = recv(fd, &answer, sizeof answer, 0);
    if (got < 0) return -1;
    return error_of(&answer.header);
}

enum status netlink_status(int error) {
    switch (error) {
        case EINVAL:
        case ERANGE:
        case EADDRNOTAVAIL: // not an address for an interface
        case ENETUNREACH: // no route to a gateway
        case EHOSTUNREACH:
            return STATUS_INVALID_ARGUMENT;
        default:
            return STATUS_INTERNAL;
    }
}

// Reads one more piece to the end of the list. False = errno.
static bool read_piece(int fd, struct netlink_list *list) {
    list->bytes = need(realloc(list->bytes, list->length + PIECE));
    ssize_t got = recv(fd, list->bytes + list->length, PIECE, 0);
    if (got < 0) return false;
    list->length += (size_t)got;
    return true;
}

// Returns 1 if the last message has arrived, and cuts it off; 0 if not; -1 with errno for an error.
static int complete(struct netlink_list *list, size_t from) {
    size_t left = list->length - from;
    struct nlmsghdr *message = (struct nlmsghdr *)(list->bytes + from);
    for (; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
        if (message->nlmsg_type == NLMSG_ERROR) return error_of(message);
        if (message->nlmsg_type != NLMSG_DONE) continue;
        list->length = (size_t)((uint8_t *)message - list->bytes);
        return 1;
    }
    return 0;
}

int netlink_dump(int fd, int type, int family, struct netlink_list *list) {
    struct netlink_request request;
    struct rtgenmsg *all =
        netlink_begin(&request, type, NLM_F_DUMP, sizeof(struct ifinfomsg)); // the longest of all types
    all->rtgen_family = (uint8_t)family;
    *list = (struct netlink_list){0};
    int done = send(fd, &request, request.header.nlmsg_len, 0) < 0 ? -1 : 0;
    while (done == 0) {
        size_t from = list->length;
        done = read_piece(fd, list) ? complete(list, from) : -1;
    }
    if (done < 0) {
        free(list->bytes);
        *list = (struct netlink_list){0};
    }
    return done < 0 ? -1 : 0;
}

const struct rtattr *netlink_attribute(const struct nlmsghdr *message, size_t fixed, int type) {
    size_t left = message->nlmsg_len - NLMSG_LENGTH(NLMSG_ALIGN(fixed));
    const struct rtattr *at =
        (const struct rtattr *)((const uint8_t *)message + NLMSG_LENGTH(NLMSG_ALIGN(fixed)));
    for (; RTA_OK(at, left); at = RTA_NEXT(at, left)) {
        if ((at->rta_type & NLA_TYPE_MASK) == type) return at;
    }
    return NULL;
}

uint32_t netlink_u32(const struct nlmsghdr *message, size_t fixed, int type) {
    const struct rtattr *attribute = netlink_attribute(message, fixed, type);
    return attribute == NULL ? 0 : *(const uint32_t *)RTA_DATA(attribute);
}
