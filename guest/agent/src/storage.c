#include "storage.h"

void storages_mount(size_t n, Grpc__Storage **all, storages_done *done, void *context) {
    (void)all;
    if (n > 0) {
        done(NULL, STATUS_UNIMPLEMENTED, "storages are not offered by this agent", context);
    } else {
        done(NULL, STATUS_OK, NULL, context);
    }
}

void storages_unmount(struct mounts *mounts, storages_gone *gone, void *context) {
    (void)mounts;
    gone(NULL, context);
}
