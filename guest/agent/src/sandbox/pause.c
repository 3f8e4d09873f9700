#include "pause.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../file.h"
#include "../log.h"

#define OWN_ROOT "/run/vmfactory" // any directory will do: only this process sees the mount on it

// The new namespace is a copy of all mounts. Leaves them, because they would keep file systems mounted.
static bool leave_root(void) {
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
        && mount("tmpfs", OWN_ROOT, "tmpfs", MS_RDONLY | MS_NOEXEC | MS_NODEV | MS_NOSUID, NULL) == 0
        && chdir(OWN_ROOT) == 0 && syscall(SYS_pivot_root, ".", ".") == 0
        && umount2(".", MNT_DETACH) == 0 && chdir("/") == 0;
}

static void __attribute__((noreturn)) be_init(void) {
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, NULL);
    prctl(PR_SET_NAME, "pause");
    prctl(PR_SET_PDEATHSIG, SIGKILL); // for tests, where the agent is not PID 1
    // If the kernel ended this process, every process of the namespace would end.
    file_set("/proc/self/oom_score_adj", "-1000");
    syscall(SYS_close_range, 0, ~0u, 0);
    if (!leave_root()) {
        log_error("the init of the shared PID namespace cannot leave its root: %m");
        _exit(1);
    }
    for (;;) {
        while (waitpid(-1, NULL, WNOHANG) > 0) continue;
        sigwaitinfo(&children, NULL);
    }
}

pid_t pause_start(void) {
    pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid == 0) be_init();
    return pid;
}
