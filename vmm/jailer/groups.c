#include "groups.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "failure.h"

#define CGROUP2 0x63677270

static int opened(const char *path, int flags) {
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0) fail_errno("cannot open control group %s", path);
    return fd;
}

static int procs_of(const char *folder) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/cgroup.procs", folder);
    return opened(path, O_WRONLY);
}

void groups_open(struct groups *groups, const struct plan *plan) {
    *groups = (struct groups){.unified = -1};
    for (size_t i = 0; i < plan->cgroups.n; i++) {
        const char *folder = plan->cgroups.all[i];
        struct statfs status;
        if (statfs(folder, &status) < 0) fail_errno("cannot inspect control group %s", folder);
        groups->procs[groups->n++] = procs_of(folder);
        if (status.f_type != CGROUP2) continue;
        groups->unified = opened(folder, O_RDONLY | O_DIRECTORY);
        // The first one, where groups_clone finds it.
        int last = groups->procs[groups->n - 1];
        groups->procs[groups->n - 1] = groups->procs[0];
        groups->procs[0] = last;
    }
}

long groups_clone(struct groups *groups) {
    if (groups->unified >= 0) {
        struct clone_args args = {
            .flags = CLONE_PARENT | CLONE_INTO_CGROUP, .cgroup = (uint64_t)groups->unified};
        long pid = syscall(SYS_clone3, &args, sizeof args);
        if (pid >= 0) {
            groups->procs[0] = -1;
            return pid;
        }
        if (errno != ENOSYS && errno != E2BIG && errno != EINVAL) return pid;
    }
    return syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, 0L);
}

void groups_join(const struct groups *groups, long pid) {
    for (size_t i = 0; i < groups->n; i++) {
        if (groups->procs[i] < 0) continue;
        if (dprintf(groups->procs[i], "%ld", pid) < 0) fail_errno("cannot join control group %zu of the VM", i + 1);
    }
}
