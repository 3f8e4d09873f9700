#ifndef VMFACTORY_CGROUP_H
#define VMFACTORY_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../loop.h"

// Reads and changes control groups (version 2). A group's name is its path below /sys/fs/cgroup:
// "/vmfactory/web".

// Do the same as file_read and file_set, for a file of a group.
ssize_t cgroup_read(const char *group, const char *file, char *text, size_t size);
int cgroup_set(const char *group, const char *file, const char *text);

// Returns the number in a file that holds one number. "max" or no such file = 0.
uint64_t cgroup_number(const char *group, const char *file);

// Returns the number of a key in a file of lines "key number". 0 = the file has no such key.
uint64_t cgroup_value(const char *group, const char *file, const char *key);

// Calls visit with each process in the group and in the groups below it.
void cgroup_processes(const char *group, void (*visit)(pid_t pid, void *context), void *context);

// Removes a group without processes and the groups below it. Returns 0, or -1 with errno.
int cgroup_remove(const char *group);

// Watches a file of events: cgroup.events or memory.events.
struct cgroup_watch {
    struct source source;
    void (*changed)(void *context);
    void *context;
};

// Calls changed each time the content of the file changes. False = the file does not exist.
bool cgroup_watch(
    struct cgroup_watch *watch, const char *group, const char *file,
    void (*changed)(void *context), void *context);
void cgroup_unwatch(struct cgroup_watch *watch);

#endif
