// vmfactory-jailer: starts one program, QEMU, where it can reach nothing of the host but what it was given.
//
//   vmfactory-jailer --report FD [--few-calls] [--guarded] [--cgroup FOLDER]...
//                    [--root FOLDER --uid N --gid N [--group N]... [--own-user] [--read PATH]... [--device PATH]...
//                     [--file-size BYTES]] -- PROGRAM [ARGUMENT]...
//
// The program becomes a child of the jailer's parent, and the jailer ends. FD gets the line "pid NUMBER" and, if
// something fails, the line "error TEXT", in any order. At the end of FD without an error, the program runs and is a
// member of its control groups.
//
// With --root, the program has a mount, PID, IPC, UTS and network namespace of its own, and the user N without
// capabilities. Without, it keeps those of its parent. With --few-calls, it can make the system calls of a list only.
// It keeps the descriptors that the jailer has inherited. Until it runs, it is killed with its parent; with --guarded
// also later: when the thread ends that has started the jailer. Without, it outlives its parent.
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "calls.h"
#include "failure.h"
#include "groups.h"
#include "plan.h"
#include "rights.h"
#include "root.h"

static void write_text(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) fail_errno("cannot write %s", path);
    close(fd);
}

// An ordinary user may make the other namespaces only in a user namespace. The program keeps its user there.
static void own_user(const struct plan *plan) {
    char map[64];
    if (unshare(CLONE_NEWUSER) < 0) fail_errno("cannot make a user namespace");
    write_text("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "%u %u 1", plan->uid, plan->uid);
    write_text("/proc/self/uid_map", map);
    snprintf(map, sizeof map, "%u %u 1", plan->gid, plan->gid);
    write_text("/proc/self/gid_map", map);
}

// From now on the process is killed when its parent ends. FD has no reader any more if the parent has ended before.
static void die_with_parent(const struct plan *plan) {
    struct pollfd reader = {.fd = plan->report};
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) fail_errno("cannot die with the parent");
    if (poll(&reader, 1, 0) < 0) fail_errno("cannot look at the report");
    if (reader.revents & POLLERR) _exit(1);
}

static void enter_jail(const struct plan *plan) {
    root_enter(plan);
    rights_limit(plan);
    rights_drop(plan);
    die_with_parent(plan); // a change of the user has ended it
}

static void execute(const struct plan *plan) {
    char *environment[] = {"LC_ALL=C", NULL};
    if (!plan->guarded) prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
    if (plan->few_calls) {
        rights_renounce();
        calls_execute(plan->program, environment);
    } else {
        execve(plan->program[0], plan->program, environment);
    }
}

static _Noreturn void run(const struct plan *plan) {
    die_with_parent(plan);
    fcntl(plan->report, F_SETFD, FD_CLOEXEC);
    setsid();
    if (plan->root != NULL) enter_jail(plan);
    execute(plan);
    fail_errno("cannot execute %s", plan->program[0]);
}

static void make_namespaces(const struct plan *plan) {
    rights_expose();
    if (plan->own_user) own_user(plan);
    if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET) < 0) {
        fail_errno("cannot make namespaces");
    }
}

int main(int argc, char **argv) {
    struct plan plan;
    plan_parse(&plan, argc, argv);
    failure_report_to(plan.report);
    die_with_parent(&plan);
    struct groups groups;
    groups_open(&groups, &plan);
    if (plan.root != NULL) make_namespaces(&plan);
    long pid = groups_clone(&groups);
    if (pid < 0) fail_errno("cannot make a process");
    if (pid == 0) run(&plan);
    if (dprintf(plan.report, "pid %ld\n", pid) < 0) return 1;
    groups_join(&groups, pid);
    return 0;
}
