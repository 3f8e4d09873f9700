#ifndef VMFACTORY_CGROUP_H
#define VMFACTORY_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../loop.h"

// Control groups (version 2), named by their path below /sys/fs/cgroup: "/vmfactory/web".

// As file_read, file_set and file_open, for a file of a group.
ssize_t cgroup_read(const char *group, const char *file, char *text, size_t size);
int cgroup_set(const char *group, const char *file, const char *text);

// The number in a file that holds just one; "max" or no such file = 0.
uint64_t cgroup_number(const char *group, const char *file);

// The number behind a key in a file of lines "key number"; 0 = there is none.
uint64_t cgroup_value(const char *group, const char *file, const char *key);

// Calls visit with each process in the group and the groups below it.
void cgroup_processes(const char *group, void (*visit)(pid_t pid, void *context), void *context);

// Removes a group without processes, and those below it. 0, or -1 with errno.
int cgroup_remove(const char *group);

// A file of events: cgroup.events, memory.events.
struct cgroup_watch {
    struct source source;
    void (*changed)(void *context);
    void *context;
};

// Calls changed whenever the file's content changes. False = there is no such file.
bool cgroup_watch(
    struct cgroup_watch *watch, const char *group, const char *file,
    void (*changed)(void *context), void *context);
void cgroup_unwatch(struct cgroup_watch *watch);

#endif
