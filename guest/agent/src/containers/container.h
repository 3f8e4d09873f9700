#ifndef VMFACTORY_CONTAINER_H
#define VMFACTORY_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "../call.h"
#include "../loop.h"
#include "cgroup.h"
#include "kata/oci.pb-c.h"
#include "process.h"

// The table of the sandbox's containers. creation.h, exec.h, freezing.h and removal.h change them.

struct mounts;

struct container {
    char id[ID_SIZE];
    char made_as[ID_SIZE]; // its id at its creation, by which crun knows it, and which names its folder
    char *group; // its control group
    char hostname[65];
    bool named; // the host name is its own, not the sandbox's
    struct mounts *mounts;
    struct process *processes; // the latest first; its first process has the container's id
    struct process *first;
    Grpc__Process *asked; // its first process as the request described it
    int64_t created_at; // CLOCK_REALTIME, nanoseconds
    bool ready; // creation has ended, well or not
    bool shares_pids;
    bool paused;
    struct call *creating; // NULL = not being created
    char *config; // set only during creation, as is the next
    Grpc__Spec *spec;
    struct cgroup_watch events, memory_events;
    uint64_t oom_kills;
    struct call *freezing; // waits until the kernel has paused or resumed it; NULL = none
    struct {
        bool wanted;
        bool unmounting;
        struct call *call; // NULL = no call waits for the removal
        struct source timer; // ready NULL = none
    } removal;
    struct container *next; // created later
};

// Returns the container that was created first; NULL = there are none.
struct container *containers_first(void);

// Returns NULL if no container has this id.
struct container *container_find(const char *id);

// Returns NULL if no container was created with this id.
struct container *container_made_as(const char *id);

// Adds a container without processes at the end of the table. Takes ownership of the group.
struct container *container_add(const char *id, char *group);

// Takes the container out of the table and frees it with its processes.
void container_free(struct container *container);

// Returns the process with this id. The container's own id and "" name its first process.
// NULL = there is none.
struct process *container_process(struct container *container, const char *id);

// Takes a process out of its container and frees it.
void container_forget(struct container *container, struct process *process);

// Returns whether its first process has ended.
bool container_stopped(const struct container *container);

#endif
