#ifndef VMFACTORY_SHIM_KEEPER_H
#define VMFACTORY_SHIM_KEEPER_H

// The keeper: one process per sandbox. It owns the socket that containerd connects to, and is the parent of the
// stand-ins.

struct keeper_order {
    int listener;
    const char *socket; // the path of the listener, which is removed at the end
    const char *events; // containerd's socket for events
    const char *containerd_space; // containerd's namespace
    const char *service_space; // the namespace of the containers in the service
};

// Serves until containerd orders the end, and ends this process.
_Noreturn void keeper_run(const struct keeper_order *order);

#endif
