#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../path.h"
#include "services.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

// PruneFolder removes what a folder that was copied into the guest does not have any more. Root in a container may have
// put links there, so none is followed.

typedef Vmfactory__Guest__V1__PruneFolderRequest request_t;

static bool stays(const request_t *request, const char *relative) {
    for (size_t i = 0; i < request->n_keep; i++) {
        if (strcmp(request->keep[i], relative) == 0) return true;
    }
    return false;
}

static bool prune(const request_t *request, const char *path);

static bool prune_entry(const request_t *request, int directory, const char *path, const char *name) {
    char child[PATH_MAX];
    struct stat st;
    if (snprintf(child, sizeof child, "%s/%s", path, name) >= (int)sizeof child) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0) return errno == ENOENT;
    if (stays(request, child + strlen(request->path) + 1)) return !S_ISDIR(st.st_mode) || prune(request, child);
    return S_ISDIR(st.st_mode) ? path_remove_tree(child) == 0 : unlinkat(directory, name, 0) == 0;
}

static bool prune(const request_t *request, const char *path) {
    int fd = path_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    if (entries == NULL) {
        if (fd >= 0) close(fd);
        return false;
    }
    bool good = true;
    for (struct dirent *entry; good && (entry = readdir(entries)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        good = prune_entry(request, fd, path, entry->d_name);
    }
    int error = errno;
    closedir(entries);
    errno = error;
    return good;
}

void folder_prune(struct call *call, const ProtobufCMessage *message) {
    const request_t *request = (const void *)message;
    Vmfactory__Guest__V1__PruneFolderResponse response = VMFACTORY__GUEST__V1__PRUNE_FOLDER_RESPONSE__INIT;
    if (!path_allowed(request->path)) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "PruneFolder: path is not a canonical path below /run");
    } else if (!prune(request, request->path)) {
        int code = errno == ENOENT ? STATUS_NOT_FOUND : STATUS_INTERNAL;
        call_fail(call, code, "PruneFolder: %.200s: %s", request->path, strerror(errno));
    } else {
        call_reply(call, &response.base);
    }
}
