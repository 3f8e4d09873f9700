#ifndef VMFACTORY_CHILDREN_H
#define VMFACTORY_CHILDREN_H

#include <sys/types.h>

// Reaps the agent's children and all orphans, as PID 1 must.

// Starts to reap on SIGCHLD. Ignores SIGPIPE.
void children_start(void);

// Calls ended, once, when the child has ended; status is that of waitpid. At that time the child is still
// a zombie: no other process has its pid, and /proc still describes it.
void children_watch(pid_t child, void (*ended)(int status, void *context), void *context);

// Between these two calls the agent reaps only the children it watches. Any other process may be one that
// a child has started for the agent and whose pid the agent does not know yet. Calls nest.
void children_expect(void);
void children_expected(void);

#endif
