#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "../file.h"
#include "../loop.h"
#include "../need.h"
#include "../uevent.h"
#include "kata/agent.pb-c.h"
#include "services.h"

#define CPUS "/sys/devices/system/cpu"
#define MEMORY "/sys/devices/system/memory"
#define WAIT_SECONDS 5

// Hot-plugged devices appear some time after the host has added them. A call that finds too few CPUs waits
// for device events, but at most WAIT_SECONDS.
struct waiting {
    struct uevent_listener listener;
    struct source timer;
    struct call *call;
    uint32_t cpus_wanted;
    bool cpu_only;
};

struct count {
    uint32_t online;
    uint32_t wanted;
};

static void online_cpu(const char *entry, void *context) {
    struct count *count = context;
    unsigned number;
    char rest, path[320], state[8];
    if (count->online >= count->wanted || sscanf(entry, "cpu%u%c", &number, &rest) != 1) return;
    snprintf(path, sizeof path, CPUS "/%.255s/online", entry);
    // The boot CPU cannot go offline and has no file "online".
    bool has_file = file_read(path, state, sizeof state) >= 0;
    if (!has_file || strcmp(state, "1") == 0 || file_set(path, "1") == 0) count->online++;
}

static uint32_t online_cpus(uint32_t wanted) {
    struct count count = {.wanted = wanted};
    file_list(CPUS, online_cpu, &count);
    return count.online;
}

static void online_block(const char *entry, void *context) {
    int *error = context;
    unsigned number;
    char rest, path[320], state[16];
    if (sscanf(entry, "memory%u%c", &number, &rest) != 1) return;
    snprintf(path, sizeof path, MEMORY "/%.255s/state", entry);
    if (file_read(path, state, sizeof state) < 0 || strcmp(state, "offline") != 0) return;
    if (file_set(path, "online") < 0) *error = errno;
}

static void finish(struct call *call, bool cpu_only) {
    int error = 0;
    if (!cpu_only) file_list(MEMORY, online_block, &error);
    if (error != 0) {
        call_fail(call, STATUS_INTERNAL, "OnlineCPUMem: cannot bring memory online: %s", strerror(error));
    } else {
        call_reply_empty(call);
    }
}

static void stop_waiting(struct waiting *waiting) {
    uevent_ignore(&waiting->listener);
    loop_unwatch(&waiting->timer);
    close(waiting->timer.fd);
    free(waiting);
}

static void on_change(struct uevent_listener *listener) {
    struct waiting *waiting = (struct waiting *)listener;
    if (online_cpus(waiting->cpus_wanted) < waiting->cpus_wanted) return;
    finish(waiting->call, waiting->cpu_only);
    stop_waiting(waiting);
}

static void on_timeout(struct source *source, uint32_t events) {
    (void)events;
    struct waiting *waiting =
        (struct waiting *)((char *)source - offsetof(struct waiting, timer));
    call_fail(
        waiting->call, STATUS_DEADLINE_EXCEEDED,
        "OnlineCPUMem: %u CPUs are online after %d s, but %u were requested",
        online_cpus(waiting->cpus_wanted), WAIT_SECONDS, waiting->cpus_wanted);
    stop_waiting(waiting);
}

static void start_waiting(struct call *call, const Grpc__OnlineCPUMemRequest *request) {
    struct waiting *waiting = need(calloc(1, sizeof *waiting));
    waiting->call = call;
    waiting->cpus_wanted = request->nb_cpus;
    waiting->cpu_only = request->cpu_only;
    waiting->listener.changed = on_change;
    waiting->timer.ready = on_timeout;
    waiting->timer.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    struct itimerspec limit = {.it_value.tv_sec = WAIT_SECONDS};
    timerfd_settime(waiting->timer.fd, 0, &limit, NULL);
    loop_watch(&waiting->timer, EPOLLIN);
    uevent_listen(&waiting->listener);
}

// Brings CPUs online until nb_cpus are online, and all memory unless cpu_only. 0 = no CPUs.
void online_cpu_mem(struct call *call, const ProtobufCMessage *message) {
    const Grpc__OnlineCPUMemRequest *request = (const void *)message;
    if (online_cpus(request->nb_cpus) >= request->nb_cpus) {
        finish(call, request->cpu_only);
    } else {
        start_waiting(call, request);
    }
}
