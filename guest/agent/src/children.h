#ifndef VMFACTORY_CHILDREN_H
#define VMFACTORY_CHILDREN_H

#include <sys/types.h>

// Reaping, which is the first duty of PID 1: children of ours and orphans of anybody.

// Starts reaping on SIGCHLD; every other signal that could end the agent is ignored.
void children_start(void);

// Calls ended, once, when the child has ended; status is waitpid's. It is a zombie still, so its pid
// is nobody else's, and /proc tells about it.
void children_watch(pid_t child, void (*ended)(int status, void *context), void *context);

// Between these two no stranger is reaped: it may be a process that a child has started for us and
// whose pid we have not been told yet. Each call of the first is undone by one of the second.
void children_expect(void);
void children_expected(void);

#endif
