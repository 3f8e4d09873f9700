#ifndef VMFACTORY_LAUNCH_H
#define VMFACTORY_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

// Reports that a process which crun has made executes its program. The kernel closes crun's file when the last process
// that executes it executes another one or ends: that is the event. It does not depend on what crun does with inherited
// descriptors: crun 1.8 marks them close-on-exec, crun 1.21 closes them some time before it executes the program.

struct launch {
    void (*launched)(struct launch *self);
    pid_t pid;
    struct launch *next;
};

// Begins to watch crun's file, once, before crun is used.
void launches_watch(const char *crun);

// Calls launched, once, when the process has executed its program; at once if it has already. Does not call it if the
// process ends before.
void launch_await(struct launch *launch);

// Has no effect if it is not awaited any more.
void launch_forget(struct launch *launch);

// Returns whether a process, which may be a zombie, has executed its program. It is true from when execve(2) can no
// longer return.
bool launch_happened(pid_t pid);

#endif
