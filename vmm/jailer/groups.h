// The control groups of the program.
#ifndef GROUPS_H
#define GROUPS_H

#include <sys/types.h>

#include "plan.h"

struct groups {
    int procs[PATHS_MOST]; // the file cgroup.procs of each group
    size_t n;
    int unified; // folder of the group of cgroup v2; -1 = none
};

// Opens the groups that the plan names, with the rights that the process has now.
void groups_open(struct groups *groups, const struct plan *plan);

// Makes a process as fork() does, but as a child of this process's parent. It is a member of the group of cgroup v2
// from its first moment, if the kernel can do that (Linux 5.7).
long groups_clone(struct groups *groups);

// Makes a process a member of the groups that groups_clone has left. The kernel needs some milliseconds for each of
// them, in which the process runs already.
void groups_join(const struct groups *groups, long pid);

#endif
