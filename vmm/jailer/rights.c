#include "rights.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "failure.h"

// QEMU itself needs about 30 descriptors, and two for each drive.
#define DESCRIPTORS 512

// Threads of one user. QEMU has one per vCPU and up to 64 for input and output.
#define THREADS 1024

// Out of 1000: as if the program used that part of the host's memory in addition.
#define OOM_SCORE 200

// Only raised: lowering needs a right, and a process with a higher score is exposed already.
void rights_expose(void) {
    int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
    char now[16] = {0};
    if (fd < 0 || read(fd, now, sizeof now - 1) < 0) fail_errno("cannot read the OOM score");
    if (atoi(now) < OOM_SCORE && dprintf(fd, "%d", OOM_SCORE) < 0) fail_errno("cannot set the OOM score");
    close(fd);
}

static void limit(__rlimit_resource_t resource, rlim_t most) {
    struct rlimit limits = {.rlim_cur = most, .rlim_max = most};
    struct rlimit before;
    if (getrlimit(resource, &before) == 0 && before.rlim_max < most) return;
    if (setrlimit(resource, &limits) < 0) fail_errno("cannot set limit %d", (int)resource);
}

void rights_limit(const struct plan *plan) {
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, DESCRIPTORS);
    // In a user namespace the user is the daemon's, and the limit would count the user's other processes.
    if (!plan->own_user) limit(RLIMIT_NPROC, THREADS);
    if (plan->file_size > 0) limit(RLIMIT_FSIZE, plan->file_size);
}

static void drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    if (syscall(SYS_capset, &header, none) < 0) fail_errno("cannot drop capabilities");
}

// Without these, no program can ever get a capability back, whatever its file says.
static void drop_bounding_set(void) {
    for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++) {
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0) fail_errno("cannot drop capability %lu", capability);
    }
}

static void become(const struct plan *plan) {
    if (setgroups(plan->n_groups, plan->groups) < 0) fail_errno("cannot set groups");
    if (setresgid(plan->gid, plan->gid, plan->gid) < 0) fail_errno("cannot become group %u", plan->gid);
    if (setresuid(plan->uid, plan->uid, plan->uid) < 0) fail_errno("cannot become user %u", plan->uid);
}

void rights_renounce(void) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) fail_errno("cannot renounce new privileges");
}

void rights_drop(const struct plan *plan) {
    drop_bounding_set();
    if (!plan->own_user) become(plan);
    drop_capabilities();
    rights_renounce();
}
