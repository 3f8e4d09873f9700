#include "network.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interfaces.h"
#include "queryports.h"
#include "redirect.h"
#include "report.h"
#include "service.h"

#define SECONDS 60

static bool is_own(int fd) {
    struct stat there, here;
    return fstat(fd, &there) == 0 && stat("/proc/self/ns/net", &here) == 0 && there.st_dev == here.st_dev
        && there.st_ino == here.st_ino;
}

static const char *join(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return strerror(errno);
    const char *wrong = NULL;
    if (is_own(fd)) {
        wrong = "it is the host's own, and a VM has a network of its own";
    } else if (setns(fd, CLONE_NEWNET) < 0) {
        wrong = strerror(errno);
    }
    close(fd);
    return wrong;
}

const char *network_enter(const char *path) {
    if (*path != '\0') return join(path);
    return unshare(CLONE_NEWNET) == 0 ? NULL : strerror(errno);
}

static int opened(void) {
    int netlink = netlink_open();
    if (netlink < 0) stop_errno("cannot reach the kernel by rtnetlink");
    return netlink;
}

bool network_taken(void) {
    int netlink = opened();
    struct interfaces all = interfaces_list(netlink);
    close(netlink);
    for (unsigned i = 0; i < all.count; i++) {
        if (all.all[i].tap != 0) return true;
    }
    return false;
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
    if (query_ports_reserved()
        && !redirect_spare_answers(netlink, interface->index, interface->tap, QUERY_PORTS_FIRST, QUERY_PORTS_MASK)) {
        stop_errno("cannot let the nameserver of the network have answers that come through %s", interface->name);
    }
}

static bool had_tap(const struct interfaces *before, const struct interface *interface) {
    for (unsigned i = 0; i < before->count; i++) {
        if (before->all[i].index == interface->index) return before->all[i].tap != 0;
    }
    return false;
}

// Returns false if there is nothing to connect.
static bool put_all(int netlink, const struct interfaces *all, struct bytes *request) {
    if (all->count == 0 && all->unused_count == 0) return false;
    interfaces_put(request, netlink, all);
    interfaces_put_taps(request, all);
    return true;
}

static void connect_locked(int netlink, const char *space, const char *id) {
    struct interfaces before = interfaces_list(netlink);
    struct bytes request = request_for(space, id);
    if (!put_all(netlink, &before, &request)) return;
    service_must("ConnectNetwork", &request, SECONDS);
    free(request.at);
    struct interfaces after = interfaces_list(netlink);
    for (unsigned i = 0; i < after.count; i++) {
        const struct interface *one = &after.all[i];
        if (one->tap != 0) redirect(netlink, one, !had_tap(&before, one));
    }
}

// The stand-in sees an interface that Docker makes during the creation, and connects it; so does the start. The lock is the
// namespace's own, and ends with this process.
static int locked_namespace(void) {
    int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    while (fd < 0 || flock(fd, LOCK_EX) < 0) {
        if (fd < 0 || errno != EINTR) stop_errno("cannot lock the network namespace");
    }
    return fd;
}

static void connect_all(int netlink, const char *space, const char *id) {
    int lock = locked_namespace();
    connect_locked(netlink, space, id);
    close(lock);
}

static void enter_that_of(const char *id, int process) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/net", process);
    const char *wrong = network_enter(path);
    if (wrong != NULL) stop("cannot enter the network namespace of container %s: %s", id, wrong);
}

void network_list(const char *id, int process, struct bytes *request) {
    enter_that_of(id, process);
    int netlink = opened();
    struct interfaces all = interfaces_list(netlink);
    put_all(netlink, &all, request);
    close(netlink);
}

void network_redirect(const char *id, int process) {
    enter_that_of(id, process);
    int netlink = opened();
    struct interfaces all = interfaces_list(netlink);
    for (unsigned i = 0; i < all.count; i++) {
        if (all.all[i].tap != 0) redirect(netlink, &all.all[i], true);
    }
    close(netlink);
}

void network_connect(const char *space, const char *id, int process) {
    enter_that_of(id, process);
    int netlink = opened();
    connect_all(netlink, space, id);
    close(netlink);
}

static struct {
    int events;
    int working; // the result of the process that connects; -1 = there is none
    struct bytes known;
} watch = {-1, -1, {0}};

// What the engine has made, without what this program has added.
static struct bytes made(void) {
    struct bytes now = {0};
    int netlink = opened();
    struct interfaces all = interfaces_list(netlink);
    interfaces_put(&now, netlink, &all);
    close(netlink);
    return now;
}

void network_watch(void) {
    struct sockaddr_nl address = {
        .nl_family = AF_NETLINK,
        .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE};
    watch.events = opened();
    if (bind(watch.events, (struct sockaddr *)&address, sizeof address) < 0) stop_errno("cannot watch the network");
    watch.known = made();
}

int network_fd(void) { return watch.working >= 0 ? watch.working : watch.events; }

// A full queue has lost events, which does not matter: all that is there is looked at.
static void drain(void) {
    uint8_t bytes[8192];
    while (recv(watch.events, bytes, sizeof bytes, MSG_DONTWAIT) >= 0 || errno == ENOBUFS || errno == EINTR) continue;
}

static bool has_started(const char *space, const char *id) {
    struct bytes request = request_for(space, id), reply = service_must("GetContainer", &request, SECONDS);
    return container_in(&reply).state != CREATED;
}

// Connects what has changed, and reports what there is then. A failure ends only this process, and is reported to the log:
// the next change of the network repeats the attempt. The streams belong to the container.
static _Noreturn void connect_apart(int result, const char *space, const char *id) {
    int none = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++) dup2(none, fd);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct bytes now = made();
    if (now.length == watch.known.length && memcmp(now.at, watch.known.at, now.length) == 0) _exit(0);
    if (!has_started(space, id)) _exit(0); // its start connects all
    connect_all(opened(), space, id);
    while (now.length > 0) {
        ssize_t written = write(result, now.at, now.length);
        if (written < 0 && errno != EINTR) _exit(1);
        if (written > 0) bytes_drop(&now, (size_t)written);
    }
    _exit(0);
}

static void take_result(void) {
    struct bytes now = {0};
    ssize_t got;
    do {
        uint8_t *place = bytes_extend(&now, 4096);
        got = read(watch.working, place, 4096);
        now.length -= 4096 - (size_t)(got > 0 ? got : 0);
    } while (got > 0 || (got < 0 && errno == EINTR));
    close(watch.working);
    watch.working = -1;
    free(now.length == 0 ? now.at : watch.known.at);
    if (now.length > 0) watch.known = now;
}

void network_work(const char *space, const char *id) {
    int pipe[2];
    if (watch.working >= 0) {
        take_result();
        return;
    }
    drain();
    if (pipe2(pipe, O_CLOEXEC) < 0) return;
    pid_t child = fork();
    if (child == 0) connect_apart(pipe[1], space, id);
    close(pipe[1]);
    if (child > 0) {
        watch.working = pipe[0];
    } else {
        close(pipe[0]);
    }
}

void network_leave(void) {
    int netlink = opened();
    struct interfaces all = interfaces_list(netlink);
    for (unsigned i = 0; i < all.count; i++) {
        if (all.all[i].tap != 0) redirect_remove(netlink, all.all[i].index);
    }
    close(netlink);
}
