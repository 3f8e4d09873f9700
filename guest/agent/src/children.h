#ifndef VMFACTORY_CHILDREN_H
#define VMFACTORY_CHILDREN_H

#include <sys/types.h>

// Reaping, which is the first duty of PID 1: children of ours and orphans of anybody.

// Starts reaping on SIGCHLD; every other signal that could end the agent is ignored.
void children_start(void);

// Calls ended, once, when the child is gone; status is waitpid's.
void children_watch(pid_t child, void (*ended)(int status, void *context), void *context);

#endif
