#ifndef VMFACTORY_CONTAINER_H
#define VMFACTORY_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "../call.h"
#include "../loop.h"
#include "cgroup.h"
#include "kata/agent.pb-c.h"
#include "process.h"

struct mounts;

// A container of the sandbox.
struct container {
    char id[ID_SIZE];
    char *group; // its control group
    struct mounts *mounts;
    struct process *processes; // the latest first; its first process has the container's id
    struct process *first;
    int64_t created_at; // CLOCK_REALTIME, nanoseconds
    bool ready; // creating it has come to an end
    bool shares_pids;
    bool paused;
    struct call *creating;
    char *config, *root; // while it is created
    struct cgroup_watch events, memory_events;
    uint64_t oom_kills;
    struct call *freezing; // waits until it is frozen, or thawed
    struct {
        bool wanted;
        bool unmounting;
        struct call *call;
        struct source timer; // ready NULL = none
    } removal;
    struct container *next; // created later
};

// All there are, in the order of creation.
struct container *containers_first(void);

struct container *container_find(const char *id);

// Each answers the call, at once or later.
void container_create(struct call *call, const Grpc__CreateContainerRequest *request);
void container_start(struct call *call, struct container *container);
void container_exec(
    struct call *call, struct container *container, const Grpc__ExecProcessRequest *request);
void container_freeze(struct call *call, struct container *container, bool freeze);
void container_remove(struct call *call, struct container *container, uint32_t seconds);

// The process with that id; the container's own, or "" = its first one. NULL = there is none.
struct process *container_process(struct container *container, const char *id);

// Takes a process out of its container and frees it.
void container_forget(struct container *container, struct process *process);

// Its first process has ended.
bool container_stopped(const struct container *container);

// Removes all there are, and what is being created; gone is told when nothing of them is left.
void containers_remove_all(void (*gone)(void *context), void *context);

// For removal.c: takes a container that is nowhere else any more out of the table and frees it.
void container_free(struct container *container);

// For container.c: goes on with a removal that waits, if it can.
void removal_look(struct container *container);

#endif
