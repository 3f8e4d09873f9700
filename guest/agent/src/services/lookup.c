#include "lookup.h"

struct container *lookup_container(struct call *call, const char *id) {
    struct container *container = container_find(id);
    if (container == NULL) call_fail(call, STATUS_NOT_FOUND, "there is no container %.128s", id);
    return container;
}

struct process *lookup_process(struct call *call, const char *container_id, const char *id) {
    struct container *container = lookup_container(call, container_id);
    struct process *process = container == NULL ? NULL : container_process(container, id);
    if (container != NULL && process == NULL) {
        call_fail(
            call, STATUS_NOT_FOUND, "container %s has no process %.128s", container->id, id);
    }
    return process;
}
