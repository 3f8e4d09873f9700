#ifndef VMFACTORY_PAUSE_H
#define VMFACTORY_PAUSE_H

#include <sys/types.h>

// Starts a process that does nothing but be init of a new PID namespace: it reaps. It has an empty
// root of its own and nothing open, so that who shares its namespace finds nothing through it.
// Returns its pid, or -1 with errno.
pid_t pause_start(void);

#endif
