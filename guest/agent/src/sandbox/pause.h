#ifndef VMFACTORY_PAUSE_H
#define VMFACTORY_PAUSE_H

#include <sys/types.h>

// Starts a process that is the init of a new PID namespace and only reaps. It has an empty root and no
// open descriptor, so that a container in the same namespace reaches nothing through its /proc entry.
// Returns its pid, or -1 with errno.
pid_t pause_start(void);

#endif
