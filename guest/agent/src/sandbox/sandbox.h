#ifndef VMFACTORY_SANDBOX_H
#define VMFACTORY_SANDBOX_H

#include <stdbool.h>

// The one sandbox of this guest: what its containers share.

// Everything of a sandbox lies below it and goes with it.
#define SANDBOX_DIR "/run/kata-containers"

// Lies there while the sandbox has lines of DNS; for containers to mount over /etc/resolv.conf.
#define SANDBOX_RESOLV_CONF SANDBOX_DIR "/sandbox/resolv.conf"

// Whether it is set up: containers may be made.
bool sandbox_present(void);

// Where the PID namespace is that containers share ("/proc/N/ns/pid"); its init process is made anew
// if it has ended. NULL = the sandbox was made without sandbox_pidns (errno 0), or it cannot be
// made (errno).
const char *sandbox_pid_namespace(void);

#endif
