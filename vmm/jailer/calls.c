#include "calls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <linux/vhost.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "failure.h"

// What QEMU 7.2 was seen to call on all routes, and what glibc and QEMU use in its place in other versions.
static const uint16_t allowed[] = {
    // memory
    SYS_brk, SYS_madvise, SYS_mbind, SYS_membarrier, SYS_memfd_create, SYS_mincore, SYS_mlock, SYS_mmap, SYS_mprotect,
    SYS_mremap, SYS_msync, SYS_munlock, SYS_munmap, SYS_get_mempolicy, SYS_set_mempolicy,
    // files, by path and by descriptor
    SYS_access, SYS_chdir, SYS_faccessat, SYS_faccessat2, SYS_fchdir, SYS_fstat, SYS_fstatfs, SYS_getcwd, SYS_getdents64,
    SYS_lstat, SYS_newfstatat, SYS_open, SYS_openat, SYS_readlink, SYS_readlinkat, SYS_stat, SYS_statfs, SYS_statx,
    SYS_umask, SYS_unlink, SYS_unlinkat,
    SYS_close, SYS_close_range, SYS_copy_file_range, SYS_dup, SYS_dup2, SYS_dup3, SYS_fadvise64, SYS_fallocate, SYS_fcntl,
    SYS_fdatasync, SYS_flock, SYS_fsync, SYS_ftruncate, SYS_lseek, SYS_pread64, SYS_preadv, SYS_preadv2, SYS_pwrite64,
    SYS_pwritev, SYS_pwritev2, SYS_read, SYS_readv, SYS_sync_file_range, SYS_write, SYS_writev,
    // sockets that it has; it can make none
    SYS_accept, SYS_accept4, SYS_getpeername, SYS_getsockname, SYS_getsockopt, SYS_listen, SYS_recvfrom, SYS_recvmsg,
    SYS_sendmsg, SYS_sendto, SYS_setsockopt, SYS_shutdown,
    // waiting
    SYS_clock_nanosleep, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, SYS_epoll_pwait2, SYS_epoll_wait,
    SYS_eventfd2, SYS_nanosleep, SYS_pipe, SYS_pipe2, SYS_poll, SYS_ppoll, SYS_pselect6, SYS_select, SYS_timerfd_create,
    SYS_timerfd_gettime, SYS_timerfd_settime,
    // time
    SYS_clock_getres, SYS_clock_gettime, SYS_gettimeofday, SYS_time, SYS_times,
    // threads and signals of its own process
    SYS_arch_prctl, SYS_exit, SYS_exit_group, SYS_futex, SYS_futex_waitv, SYS_get_robust_list, SYS_gettid,
    SYS_restart_syscall, SYS_rseq, SYS_rt_sigaction, SYS_rt_sigpending, SYS_rt_sigprocmask, SYS_rt_sigreturn,
    SYS_rt_sigsuspend, SYS_rt_sigtimedwait, SYS_sched_getaffinity, SYS_sched_yield, SYS_set_robust_list,
    SYS_set_tid_address, SYS_sigaltstack, SYS_signalfd4, SYS_tgkill,
    // what it is, and where
    SYS_getegid, SYS_geteuid, SYS_getgid, SYS_getgroups, SYS_getpgid, SYS_getpgrp, SYS_getpid, SYS_getppid,
    SYS_getrandom, SYS_getresgid, SYS_getresuid, SYS_getrlimit, SYS_getrusage, SYS_getuid, SYS_prlimit64, SYS_sysinfo,
    SYS_uname,
    // QEMU's own filter, which can only take calls away
    SYS_seccomp,
};

// Options of prctl(2).
static const uint32_t options[] = {
    PR_GET_NAME,        PR_SET_NAME,  PR_GET_NO_NEW_PRIVS, PR_SET_NO_NEW_PRIVS, PR_GET_SECCOMP, PR_SET_SECCOMP,
    PR_GET_TIMERSLACK,  PR_SET_TIMERSLACK, PR_MCE_KILL,    PR_SET_VMA,          PR_CAPBSET_READ,
};

// Kinds of ioctl(2), in bits 8 to 15 of its request: KVM and vhost.
#define KVM 0xae

// Requests of tap devices, without size and direction.
#define TAP_FIRST 0x54c8
#define TAP_LAST 0x54e4

// Threads only: no process, no namespace.
#define CLONE_REFUSED                                                                                           \
    (CLONE_VFORK | CLONE_PARENT | CLONE_PTRACE | CLONE_IO | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |       \
     CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

// The first system call of Linux 5.1. A program that uses a newer one can do without it.
#define FIRST_NEW SYS_pidfd_send_signal

#define REFUSED (SECCOMP_RET_ERRNO | EPERM)
#define UNKNOWN (SECCOMP_RET_ERRNO | ENOSYS)

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define FIELD(name) ((uint32_t)offsetof(struct seccomp_data, name))
#define ARGUMENT(n) ((uint32_t)(offsetof(struct seccomp_data, args) + 8 * (n)))
#define UPPER 4

struct filter {
    struct sock_filter code[512];
    unsigned short n;
};

static void add(struct filter *filter, uint16_t code, uint32_t value, uint8_t if_true, uint8_t if_false) {
    if (filter->n == LENGTH(filter->code)) fail("the list of system calls is too long");
    filter->code[filter->n++] = (struct sock_filter)BPF_JUMP(code, value, if_true, if_false);
}

static void load(struct filter *filter, uint32_t field) { add(filter, BPF_LD | BPF_W | BPF_ABS, field, 0, 0); }

static void answer(struct filter *filter, uint32_t action) { add(filter, BPF_RET | BPF_K, action, 0, 0); }

// The next instruction decides if the value is `value`; otherwise it is skipped.
static void if_equal(struct filter *filter, uint32_t value) { add(filter, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1); }

// Begins a rule that looks at arguments. The caller ends it with rule_end, and each of its ways with an answer.
static unsigned short rule_begin(struct filter *filter, uint32_t number) {
    if_equal(filter, number);
    return filter->n;
}

// All calls with another number go on behind the rule.
static void rule_end(struct filter *filter, unsigned short begin) {
    filter->code[begin - 1].jf = (uint8_t)(filter->n - begin);
}

static void devices(struct filter *filter) {
    unsigned short rule = rule_begin(filter, SYS_ioctl);
    load(filter, ARGUMENT(1));
    add(filter, BPF_ALU | BPF_AND | BPF_K, 0xffff, 0, 0);
    add(filter, BPF_JMP | BPF_JGE | BPF_K, TAP_FIRST, 0, 2);
    add(filter, BPF_JMP | BPF_JGT | BPF_K, TAP_LAST, 1, 0);
    answer(filter, SECCOMP_RET_ALLOW);
    add(filter, BPF_ALU | BPF_AND | BPF_K, 0xff00, 0, 0);
    if_equal(filter, KVM << 8);
    answer(filter, SECCOMP_RET_ALLOW);
    if_equal(filter, VHOST_VIRTIO << 8);
    answer(filter, SECCOMP_RET_ALLOW);
    answer(filter, REFUSED);
    rule_end(filter, rule);
}

static void threads(struct filter *filter) {
    unsigned short rule = rule_begin(filter, SYS_clone);
    load(filter, ARGUMENT(0));
    add(filter, BPF_JMP | BPF_JSET | BPF_K, CLONE_REFUSED, 1, 0);
    add(filter, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0);
    answer(filter, REFUSED);
    answer(filter, SECCOMP_RET_ALLOW);
    rule_end(filter, rule);
}

static void processes(struct filter *filter) {
    unsigned short rule = rule_begin(filter, SYS_prctl);
    load(filter, ARGUMENT(0));
    for (size_t i = 0; i < LENGTH(options); i++) {
        if_equal(filter, options[i]);
        answer(filter, SECCOMP_RET_ALLOW);
    }
    answer(filter, REFUSED);
    rule_end(filter, rule);
}

// A call of execve(2) is allowed if its fifth and sixth argument, which the kernel does not look at, are the token.
static void execution(struct filter *filter, const uint32_t token[4]) {
    unsigned short rule = rule_begin(filter, SYS_execve);
    for (unsigned i = 0; i < 4; i++) {
        load(filter, ARGUMENT(4 + i / 2) + i % 2 * UPPER);
        add(filter, BPF_JMP | BPF_JEQ | BPF_K, token[i], 1, 0);
        answer(filter, REFUSED);
    }
    answer(filter, SECCOMP_RET_ALLOW);
    rule_end(filter, rule);
}

static void compose(struct filter *filter, const uint32_t token[4]) {
    load(filter, FIELD(arch));
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
    answer(filter, REFUSED); // the calls of 32 bits have other numbers
    load(filter, FIELD(nr));
    devices(filter); // first, because under KVM it is the most frequent one
    for (size_t i = 0; i < LENGTH(allowed); i++) {
        if_equal(filter, allowed[i]);
        answer(filter, SECCOMP_RET_ALLOW);
    }
    threads(filter);
    processes(filter);
    execution(filter, token);
    add(filter, BPF_JMP | BPF_JGE | BPF_K, FIRST_NEW, 0, 1);
    answer(filter, UNKNOWN);
    answer(filter, REFUSED);
}

bool calls_allows(long number) {
    for (size_t i = 0; i < LENGTH(allowed); i++) {
        if (allowed[i] == number) return true;
    }
    return false;
}

// The program must be executed, once, under a filter that refuses to execute programs. So the filter knows a random
// number that this process passes. It is lost with this process's memory and registers, when the program begins.
void calls_execute(char **program, char **environment) {
    static struct filter filter;
    uint32_t token[4];
    if (getrandom(token, sizeof token, 0) != sizeof token) fail_errno("cannot get random numbers");
    compose(&filter, token);
    struct sock_fprog list = {.len = filter.n, .filter = filter.code};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &list, 0, 0) < 0) fail_errno("cannot restrict system calls");
    uint64_t first = token[0] | (uint64_t)token[1] << 32;
    uint64_t second = token[2] | (uint64_t)token[3] << 32;
    syscall(SYS_execve, program[0], program, environment, 0L, first, second);
}
