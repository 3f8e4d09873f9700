#include "sysctl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../file.h"

#define PATH_SIZE 256

static const char *const of_ipc[] = {
    "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem",    "kernel.shm_rmid_forced",
    "kernel.shmall", "kernel.shmmax", "kernel.shmmni", SYSCTL_DOMAINNAME,
};

// Writes the name with slashes. As for sysctl(8), the first separator says which one it is: the other one is part
// of a name. False = it is too long, or no path below /proc/sys.
static bool path_of(const char *key, char *path, size_t size) {
    size_t first = strcspn(key, "./");
    int length = snprintf(path, size, "%s", key);
    if (length < 0 || (size_t)length >= size || *key == '\0') return false;
    for (char *at = path; key[first] == '.' && *at != '\0'; at++) {
        if (*at == '.') *at = '/';
        else if (*at == '/') *at = '.';
    }
    return *path != '/' && strstr(path, "//") == NULL && strstr(path, "..") == NULL;
}

bool sysctl_is(const char *key, const char *name) {
    char path[PATH_SIZE], wanted[PATH_SIZE];
    return path_of(key, path, sizeof path) && path_of(name, wanted, sizeof wanted) && strcmp(path, wanted) == 0;
}

static bool is_shared(const char *key) {
    char path[PATH_SIZE];
    if (!path_of(key, path, sizeof path)) return false;
    if (strncmp(path, "net/", 4) == 0 || strncmp(path, "fs/mqueue/", 10) == 0) return true;
    for (size_t i = 0; i < sizeof of_ipc / sizeof *of_ipc; i++) {
        if (sysctl_is(key, of_ipc[i])) return true;
    }
    return false;
}

bool sysctl_check(const Grpc__Linux *linux_, struct problem *problem) {
    for (size_t i = 0; i < linux_->n_sysctl; i++) {
        if (is_shared(linux_->sysctl[i]->key)) continue;
        return problem_set(
            problem, STATUS_INVALID_ARGUMENT, "linux.sysctl[\"%.64s\"]: belongs to no namespace of a container",
            linux_->sysctl[i]->key);
    }
    return true;
}

bool sysctl_set(const Grpc__Linux *linux_, struct problem *problem) {
    for (size_t i = 0; i < linux_->n_sysctl; i++) {
        char name[PATH_SIZE], path[PATH_SIZE + 16];
        const Grpc__Linux__SysctlEntry *entry = linux_->sysctl[i];
        if (sysctl_is(entry->key, SYSCTL_DOMAINNAME) || !path_of(entry->key, name, sizeof name)) continue;
        snprintf(path, sizeof path, "/proc/sys/%s", name);
        if (file_set(path, entry->value) == 0) continue;
        return problem_set(
            problem, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_INVALID_ARGUMENT,
            "linux.sysctl[\"%.64s\"]: cannot be set to %.64s: %m", entry->key, entry->value);
    }
    return true;
}
