#ifndef VMFACTORY_SANDBOX_H
#define VMFACTORY_SANDBOX_H

#include <stdbool.h>

#include "../problem.h"
#include "kata/agent.pb-c.h"

// The one sandbox of this guest: what its containers share, except the storages.

// All files of a sandbox lie in this directory and are removed with it.
#define SANDBOX_DIR "/run/kata-containers"

// Exists while the sandbox has DNS lines. Containers mount it over /etc/resolv.conf.
#define SANDBOX_RESOLV_CONF SANDBOX_DIR "/sandbox/resolv.conf"

enum sandbox_state {
    SANDBOX_ABSENT,
    SANDBOX_CHANGING, // a call creates or destroys it
    SANDBOX_PRESENT, // containers may be created
};

enum sandbox_state sandbox_state(void);
void sandbox_set_state(enum sandbox_state state);
bool sandbox_present(void);

// Loads the kernel modules, writes the DNS lines, sets the host name and starts the shared PID namespace.
// False with problem: call sandbox_undo.
bool sandbox_set_up(const Grpc__CreateSandboxRequest *request, struct problem *problem);

// Ends the shared PID namespace and removes SANDBOX_DIR. Returns 0, or -1 with errno.
int sandbox_tear_down(void);

// Sets the host name back to that from before sandbox_set_up, then tears down.
void sandbox_undo(void);

// Returns the path of the PID namespace that containers share ("/proc/N/ns/pid"). Starts its init process
// again if it has ended. NULL = the sandbox was created without sandbox_pidns (errno 0), or the process
// does not start (errno).
const char *sandbox_pid_namespace(void);

#endif
