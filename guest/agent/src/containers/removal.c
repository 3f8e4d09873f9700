#include "removal.h"

#include <stddef.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "../log.h"
#include "../path.h"
#include "../sandbox/sandbox.h"
#include "../storages/storage.h"
#include "crun.h"

static struct {
    void (*gone)(void *context); // NULL = no caller waits until all are removed
    void *context;
} all;

static void report_all_gone(void) {
    if (all.gone == NULL || containers_first() != NULL) return;
    void (*gone)(void *) = all.gone;
    all.gone = NULL;
    gone(all.context);
}

static void stop_timer(struct container *container) {
    struct source *timer = &container->removal.timer;
    if (timer->ready == NULL) return;
    loop_unwatch(timer);
    close(timer->fd);
    timer->ready = NULL;
}

static void on_unmounted(const char *error, void *context) {
    struct container *container = context;
    struct call *call = container->removal.call;
    char bundle[256];
    snprintf(bundle, sizeof bundle, SANDBOX_DIR "/%s", container->made_as);
    if (error != NULL) {
        log_error("cannot unmount the storages of container %s: %s", container->id, error);
    } else if (path_remove_tree(bundle) < 0) {
        log_error("cannot remove %s: %m", bundle);
    }
    if (call != NULL && error != NULL) {
        call_fail(call, STATUS_INTERNAL, "cannot unmount the storages of container %s: %s", container->id, error);
    } else if (call != NULL) {
        call_reply_empty(call);
    }
    stop_timer(container);
    container_free(container);
    report_all_gone();
}

// Returns whether a process of the container, or a crun that makes one, still exists.
static bool busy(const struct container *container) {
    for (const struct process *process = container->processes; process; process = process->next) {
        if (process->state != PROCESS_ENDED) return true;
    }
    return cgroup_value(container->group, "cgroup.events", "populated") != 0;
}

void removal_continue(struct container *container) {
    if (!container->removal.wanted || container->removal.unmounting || !container->ready) return;
    // Kills each time: crun may have added a process since the last time.
    cgroup_set(container->group, "cgroup.kill", "1");
    if (busy(container)) return;
    container->removal.unmounting = true;
    if (cgroup_remove(container->group) < 0) {
        log_error("cannot remove container %s's control group %s: %m", container->id, container->group);
    }
    crun_forget(container->made_as);
    struct mounts *mounts = container->mounts;
    container->mounts = NULL;
    storages_unmount(mounts, on_unmounted, container);
}

static void on_timeout(struct source *source, uint32_t events) {
    (void)events;
    struct container *container =
        (struct container *)((char *)source - offsetof(struct container, removal.timer));
    struct call *call = container->removal.call;
    container->removal.call = NULL;
    stop_timer(container);
    if (call == NULL) return;
    call_fail(
        call, STATUS_DEADLINE_EXCEEDED, "the processes of container %s are still ending",
        container->id);
}

static void start_timer(struct container *container, uint32_t seconds) {
    struct itimerspec limit = {.it_value.tv_sec = seconds};
    struct source *timer = &container->removal.timer;
    if (seconds == 0) return;
    *timer = (struct source){
        .fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), .ready = on_timeout};
    timerfd_settime(timer->fd, 0, &limit, NULL);
    loop_watch(timer, EPOLLIN);
}

static void on_gone(void *context) {
    struct container *container = context;
    container->removal.call = NULL;
}

static const struct keeper keeper = {.gone = on_gone};

void container_remove(struct call *call, struct container *container, uint32_t seconds) {
    if (container->removal.call != NULL) {
        call_fail(
            call, STATUS_FAILED_PRECONDITION, "another call already removes container %s",
            container->id);
        return;
    }
    container->removal.wanted = true;
    container->removal.call = call;
    call_keep(call, &keeper, container);
    stop_timer(container);
    start_timer(container, seconds);
    removal_continue(container);
}

void containers_remove_all(void (*gone)(void *context), void *context) {
    all.gone = gone;
    all.context = context;
    struct container *container = containers_first();
    while (container != NULL) {
        struct container *next = container->next;
        container->removal.wanted = true;
        removal_continue(container);
        container = next;
    }
    report_all_gone();
}
