#include "network.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "interfaces.h"
#include "redirect.h"
#include "report.h"
#include "service.h"

#define SECONDS 60

static bool join(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool joined = setns(fd, CLONE_NEWNET) == 0;
    int error = errno;
    close(fd);
    errno = error;
    return joined;
}

bool network_enter(const char *path) {
    return *path == '\0' ? unshare(CLONE_NEWNET) == 0 : join(path);
}

static int opened(void) {
    int netlink = netlink_open();
    if (netlink < 0) stop_errno("cannot reach the kernel by rtnetlink");
    return netlink;
}

static void set_mtu(int netlink, const struct interface *interface) {
    struct netlink_request request;
    struct ifinfomsg *fixed = netlink_begin(&request, RTM_SETLINK, 0, sizeof *fixed);
    fixed->ifi_index = interface->tap;
    netlink_put_u32(&request, IFLA_MTU, interface->mtu);
    if (netlink_do(netlink, &request.header) < 0) stop_errno("cannot set the MTU of %s", interface->host_end);
}

// What a tap that has gone left at the interface would lose all frames.
static void redirect(int netlink, const struct interface *interface, bool anew) {
    if (anew) redirect_remove(netlink, interface->index);
    set_mtu(netlink, interface);
    if (!redirect_add(netlink, interface->index, interface->tap)
        || !redirect_add(netlink, interface->tap, interface->index)) {
        stop_errno("cannot redirect the frames of %s to the VM", interface->name);
    }
}

static bool had_tap(const struct interfaces *before, const struct interface *interface) {
    for (unsigned i = 0; i < before->count; i++) {
        if (before->all[i].index == interface->index) return before->all[i].tap != 0;
    }
    return false;
}

void network_connect(const char *space, const char *id, int process) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/net", process);
    if (!network_enter(path)) stop_errno("cannot enter the network namespace of container %s", id);
    int netlink = opened();
    struct interfaces before = interfaces_list(netlink);
    if (before.count > 0 || before.unused_count > 0) {
        struct bytes request = request_for(space, id);
        interfaces_put(&request, netlink, &before);
        service_must("ConnectNetwork", &request, SECONDS);
        struct interfaces after = interfaces_list(netlink);
        for (unsigned i = 0; i < after.count; i++) {
            const struct interface *one = &after.all[i];
            if (one->tap != 0) redirect(netlink, one, !had_tap(&before, one));
        }
        free(request.at);
    }
    close(netlink);
}

void network_leave(void) {
    int netlink = opened();
    struct interfaces all = interfaces_list(netlink);
    for (unsigned i = 0; i < all.count; i++) {
        if (all.all[i].tap != 0) redirect_remove(netlink, all.all[i].index);
    }
    close(netlink);
}
