#include "container.h"

#include <stdlib.h>
#include <string.h>

#include "../need.h"

static struct container *containers;

struct container *containers_first(void) { return containers; }

struct container *container_find(const char *id) {
    struct container *container = containers;
    while (container != NULL && strcmp(container->id, id) != 0) container = container->next;
    return container;
}

struct container *container_made_as(const char *id) {
    struct container *container = containers;
    while (container != NULL && strcmp(container->made_as, id) != 0) container = container->next;
    return container;
}

struct process *container_process(struct container *container, const char *id) {
    struct process *process = container->processes;
    while (process != NULL && strcmp(process->id, id) != 0) process = process->next;
    return *id == '\0' ? container->first : process;
}

bool container_stopped(const struct container *container) {
    return container->first->state == PROCESS_ENDED;
}

void container_forget(struct container *container, struct process *process) {
    struct process **at = &container->processes;
    while (*at != process) at = &(*at)->next;
    *at = process->next;
    process_free(process);
}

struct container *container_add(const char *id, char *group) {
    struct container *container = need(calloc(1, sizeof *container)), **end = &containers;
    strcpy(container->id, id);
    strcpy(container->made_as, id);
    container->group = group;
    while (*end != NULL) end = &(*end)->next;
    *end = container;
    return container;
}

void container_free(struct container *container) {
    struct container **at = &containers;
    while (*at != container) at = &(*at)->next;
    *at = container->next;
    if (container->freezing != NULL) {
        call_fail(container->freezing, STATUS_FAILED_PRECONDITION, "the container is removed");
    }
    cgroup_unwatch(&container->events);
    cgroup_unwatch(&container->memory_events);
    while (container->processes != NULL) container_forget(container, container->processes);
    if (container->asked != NULL) grpc__process__free_unpacked(container->asked, NULL);
    free(container->group);
    free(container->config);
    if (container->spec != NULL) grpc__spec__free_unpacked(container->spec, NULL);
    free(container);
}
