#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lookup.h"
#include "services.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

#define PORT_MOST 65535
#define LISTENS 0x0A // a state in /proc/net/tcp

// Links are followed as the container's processes would.
static bool exists(pid_t pid, const char *path) {
    char text[32];
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    snprintf(text, sizeof text, "/proc/%d/root", (int)pid);
    int root = open(text, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int file = root < 0 ? -1 : (int)syscall(SYS_openat2, root, path, &how, sizeof how);
    if (file >= 0) close(file);
    if (root >= 0) close(root);
    return file >= 0;
}

// The containers have the agent's network.
static bool listens_in(const char *table, unsigned wanted) {
    char line[256];
    unsigned port, state;
    bool found = false;
    FILE *file = fopen(table, "re");
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        found = sscanf(line, "%*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", &port, &state) == 2 && port == wanted
            && state == LISTENS;
    }
    if (file != NULL) fclose(file);
    return found;
}

static bool listens(unsigned port) {
    return listens_in("/proc/net/tcp", port) || listens_in("/proc/net/tcp6", port);
}

void containers_probe(struct call *call, const ProtobufCMessage *message) {
    const Vmfactory__Guest__V1__ProbeContainerRequest *request = (const void *)message;
    Vmfactory__Guest__V1__ProbeContainerResponse response = VMFACTORY__GUEST__V1__PROBE_CONTAINER_RESPONSE__INIT;
    struct container *container = lookup_container(call, request->container_id);
    if (container == NULL) return;
    if ((*request->path != '\0' && *request->path != '/') || request->port > PORT_MOST) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "path is not absolute, or port is above %d", PORT_MOST);
    } else if (container->first->pid == 0) {
        call_fail(call, STATUS_FAILED_PRECONDITION, "container %s has ended", container->id);
    } else {
        response.exists = *request->path != '\0' && exists(container->first->pid, request->path);
        response.listens = request->port != 0 && listens(request->port);
        call_reply(call, &response.base);
    }
}
