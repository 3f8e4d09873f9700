#include "freezing.h"

#include <errno.h>
#include <string.h>

#include "removal.h"

void freezing_continue(struct container *container) {
    struct call *call = container->freezing;
    if (call == NULL) return;
    bool frozen = cgroup_value(container->group, "cgroup.events", "frozen") != 0;
    if (frozen != container->paused) return;
    container->freezing = NULL;
    call_reply_empty(call);
}

static void on_gone(void *context) {
    struct container *container = context;
    container->freezing = NULL;
}

static const struct keeper keeper = {.gone = on_gone};

// The kernel freezes the processes later. cgroup.events reports it.
void container_freeze(struct call *call, struct container *container, bool freeze) {
    const char *verb = freeze ? "PauseContainer" : "ResumeContainer";
    if (container_stopped(container) || !container->ready || container->freezing != NULL) {
        call_fail(
            call, STATUS_FAILED_PRECONDITION, "%s: container %s is %s", verb, container->id,
            container_stopped(container) ? "stopped" : "changing");
    } else if (cgroup_set(container->group, "cgroup.freeze", freeze ? "1" : "0") < 0) {
        call_fail(call, STATUS_INTERNAL, "%s %s: %s", verb, container->id, strerror(errno));
    } else {
        container->paused = freeze;
        container->freezing = call;
        call_keep(call, &keeper, container);
        freezing_continue(container);
        removal_continue(container);
    }
}
