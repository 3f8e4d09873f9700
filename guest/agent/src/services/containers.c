#include <stdlib.h>
#include <string.h>

#include "../containers/creation.h"
#include "../containers/freezing.h"
#include "../containers/limits.h"
#include "../containers/removal.h"
#include "../containers/stats.h"
#include "../need.h"
#include "kata/agent.pb-c.h"
#include "hooks.h"
#include "lookup.h"
#include "services.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

void containers_create(struct call *call, const ProtobufCMessage *message) {
    container_create(call, (const void *)message);
}

void containers_start(struct call *call, const ProtobufCMessage *message) {
    const Grpc__StartContainerRequest *request = (const void *)message;
    struct container *container = lookup_container(call, request->container_id);
    if (container != NULL) container_start(call, container, request->program);
}

void containers_reuse(struct call *call, const ProtobufCMessage *message) {
    const Vmfactory__Guest__V1__ReuseContainerRequest *request = (const void *)message;
    struct container *container = lookup_container(call, request->container_id);
    char before[ID_SIZE];
    if (container == NULL) return;
    strcpy(before, container->id);
    container_reuse(call, container, request->new_id, request->process);
    hooks_follow(before, container->id);
}

// The timeout is in seconds; 0 = no limit.
void containers_remove(struct call *call, const ProtobufCMessage *message) {
    const Grpc__RemoveContainerRequest *request = (const void *)message;
    struct container *container = lookup_container(call, request->container_id);
    if (container != NULL) container_remove(call, container, request->timeout);
}

void containers_pause(struct call *call, const ProtobufCMessage *message) {
    const Grpc__PauseContainerRequest *request = (const void *)message;
    struct container *container = lookup_container(call, request->container_id);
    if (container != NULL) container_freeze(call, container, true);
}

void containers_resume(struct call *call, const ProtobufCMessage *message) {
    const Grpc__ResumeContainerRequest *request = (const void *)message;
    struct container *container = lookup_container(call, request->container_id);
    if (container != NULL) container_freeze(call, container, false);
}

void containers_update(struct call *call, const ProtobufCMessage *message) {
    const Grpc__UpdateContainerRequest *request = (const void *)message;
    struct container *container = lookup_container(call, request->container_id);
    struct problem problem;
    if (container == NULL) return;
    if (container_stopped(container) || !container->ready) {
        call_fail(
            call, STATUS_FAILED_PRECONDITION, "container %s is not running",
            container->id);
    } else if (!limits_set(container->group, request->resources, &problem)) {
        call_fail(call, problem.code, "%s", problem.text);
    } else {
        call_reply_empty(call);
    }
}

void containers_stats(struct call *call, const ProtobufCMessage *message) {
    const Grpc__StatsContainerRequest *request = (const void *)message;
    struct container *container = lookup_container(call, request->container_id);
    if (container != NULL) stats_reply(call, container->group);
}

static Vmfactory__Guest__V1__Container__State state_of(const struct container *container) {
    if (container_stopped(container)) return VMFACTORY__GUEST__V1__CONTAINER__STATE__STOPPED;
    if (container->paused) return VMFACTORY__GUEST__V1__CONTAINER__STATE__PAUSED;
    return container->first->state == PROCESS_RUNS ? VMFACTORY__GUEST__V1__CONTAINER__STATE__RUNNING
                                                   : VMFACTORY__GUEST__V1__CONTAINER__STATE__CREATED;
}

static void describe(const struct container *container, Vmfactory__Guest__V1__Container *entry) {
    vmfactory__guest__v1__container__init(entry);
    entry->id = (char *)container->id;
    entry->state = state_of(container);
    entry->pid = container->first->pid;
    entry->exit_status = container->first->status;
    entry->oom_killed = cgroup_value(container->group, "memory.events", "oom_kill") > 0;
    entry->created_at_nanos = container->created_at;
}

// Leaves out containers whose creation has not ended.
void containers_list(struct call *call, const ProtobufCMessage *request) {
    (void)request;
    Vmfactory__Guest__V1__ListContainersResponse response =
        VMFACTORY__GUEST__V1__LIST_CONTAINERS_RESPONSE__INIT;
    size_t n = 0;
    for (struct container *c = containers_first(); c != NULL; c = c->next) n++;
    Vmfactory__Guest__V1__Container *entries = need(calloc(n + 1, sizeof *entries));
    response.containers = need(calloc(n + 1, sizeof *response.containers));
    for (struct container *c = containers_first(); c != NULL; c = c->next) {
        if (!c->ready) continue;
        response.containers[response.n_containers] = &entries[response.n_containers];
        describe(c, &entries[response.n_containers++]);
    }
    call_reply(call, &response.base);
    free(response.containers);
    free(entries);
}
