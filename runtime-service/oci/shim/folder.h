#ifndef VMFACTORY_SHIM_FOLDER_H
#define VMFACTORY_SHIM_FOLDER_H

#include <stdbool.h>

// Sockets of other programs that may come later: the runtime service's and containerd's, after these were restarted.

struct folder_watcher {
    const char *socket; // its path
    void (*changed)(void);
    int number; // 0 = not watched yet
};

// Calls changed whenever a file appears or changes in the folder of the socket. The watcher must live on. Watching it
// again has no effect. Returns false if the folder does not exist.
bool folder_watch(struct folder_watcher *watcher);

#endif
