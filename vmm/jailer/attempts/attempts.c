// Plays native code in the place of QEMU: tries system calls and prints one line for each, "NAME: ERROR" or "NAME: done".
// Static and without stdio's locks, so that it needs little itself. `attempts --rest` tries every number from 0 to 1023
// that is not on the jailer's list, and prints those that were neither refused nor unknown.
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "../calls.h"

#define LAST 1023

struct attempt {
    const char *name;
    long number;
    long arguments[6];
};

#define P(pointer) ((long)(pointer))

static char text[] = "none";
static long zeros[64];
static struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE, .size = sizeof event};
static union bpf_attr map = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
static char *const program[] = {"/proc/self/exe", NULL};

// Most of them succeed for any user, or fail with another error than EPERM, where no filter is.
static const struct attempt attempts[] = {
    {"ptrace", SYS_ptrace, {PTRACE_CONT, 1, 0, 0}},
    {"read another process's memory", SYS_process_vm_readv, {1, 0, 0, 0, 0, 0}},
    {"write another process's memory", SYS_process_vm_writev, {1, 0, 0, 0, 0, 0}},
    {"compare processes", SYS_kcmp, {1, 1, 0, 0, 0}},
    {"mount", SYS_mount, {P(text), P("/"), P("tmpfs"), 0, 0}},
    {"unmount", SYS_umount2, {P("/proc"), 2}},
    {"change the root", SYS_chroot, {P("/")}},
    {"pivot the root", SYS_pivot_root, {P("/"), P("/")}},
    {"open a file system", SYS_fsopen, {P("tmpfs"), 0}},
    {"copy a mount", SYS_open_tree, {AT_FDCWD, P("/"), 1}},
    {"bpf", SYS_bpf, {BPF_MAP_CREATE, P(&map), sizeof map}},
    {"userfaultfd", SYS_userfaultfd, {1}},
    {"add a key", SYS_add_key, {P("user"), P("name"), P("key"), 3, KEY_SPEC_PROCESS_KEYRING}},
    {"keyctl", SYS_keyctl, {KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1}},
    {"request a key", SYS_request_key, {P("user"), P("name"), 0, 0}},
    {"io_uring", SYS_io_uring_setup, {1, P(zeros)}},
    {"asynchronous I/O", SYS_io_setup, {1, P(zeros + 32)}},
    {"name a file handle", SYS_name_to_handle_at, {AT_FDCWD, P("/"), P(zeros), P(zeros + 32), 0}},
    {"open a file handle", SYS_open_by_handle_at, {AT_FDCWD, P(zeros), O_RDONLY}},
    {"openat2", SYS_openat2, {AT_FDCWD, P("/"), P(zeros), 24}},
    {"load a kernel", SYS_kexec_load, {0, 0, 0, 0}},
    {"load a kernel from a file", SYS_kexec_file_load, {-1, -1, 0, 0, 0}},
    {"load a module", SYS_init_module, {P(text), 4, P(text)}},
    {"load a module from a file", SYS_finit_module, {0, P(text), 0}},
    {"remove a module", SYS_delete_module, {P(text), O_NONBLOCK}},
    {"perf_event_open", SYS_perf_event_open, {P(&event), 0, -1, -1, 0}},
    {"unshare files", SYS_unshare, {CLONE_FILES}},
    {"setns", SYS_setns, {0, 0}},
    {"a process", SYS_fork, {0}},
    {"a process by clone", SYS_clone, {SIGCHLD}},
    {"a process by clone3", SYS_clone3, {P(zeros), 64}},
    {"a user namespace by clone", SYS_clone, {CLONE_NEWUSER | SIGCHLD}},
    {"a socket of this host", SYS_socket, {AF_UNIX, SOCK_STREAM, 0}},
    {"a TCP socket", SYS_socket, {AF_INET, SOCK_STREAM, 0}},
    {"a packet socket", SYS_socket, {AF_PACKET, SOCK_RAW, 0}},
    {"a netlink socket", SYS_socket, {AF_NETLINK, SOCK_RAW, 0}},
    {"a socket to VMs", SYS_socket, {40 /* AF_VSOCK */, SOCK_STREAM, 0}},
    {"a socket of the kernel's cryptography", SYS_socket, {AF_ALG, SOCK_SEQPACKET, 0}},
    {"a Bluetooth socket", SYS_socket, {AF_BLUETOOTH, SOCK_RAW, 0}},
    {"a pair of sockets", SYS_socketpair, {AF_UNIX, SOCK_STREAM, 0, P(zeros)}},
    {"connect", SYS_connect, {0, P(zeros), 16}},
    {"bind", SYS_bind, {0, P(zeros), 16}},
    {"signal a process", SYS_kill, {0, 0}},
    {"queue a signal", SYS_rt_sigqueueinfo, {1, 0, P(zeros)}},
    {"hold a process", SYS_pidfd_open, {1, 0}},
    {"become another user", SYS_setresuid, {-1, -1, -1}},
    {"become another group", SYS_setresgid, {-1, -1, -1}},
    {"set groups", SYS_setgroups, {0, 0}},
    {"set capabilities", SYS_capset, {P(zeros), 0}},
    {"be traceable", SYS_prctl, {PR_SET_PTRACER, -1}},
    {"reap others", SYS_prctl, {PR_SET_CHILD_SUBREAPER, 1}},
    {"another personality", SYS_personality, {0xffffffff}},
    {"schedule", SYS_sched_setaffinity, {0, 8, P(zeros)}},
    {"priority", SYS_setpriority, {0, 0, 0}},
    {"type into a terminal", SYS_ioctl, {0, TIOCSTI, P(text)}},
    {"a block device's ioctl", SYS_ioctl, {0, 0x1260, P(zeros)}},
    {"watch files", SYS_inotify_init1, {0}},
    {"watch all files", SYS_fanotify_init, {0, 0}},
    {"make a device", SYS_mknod, {P("/d"), S_IFCHR, 0}},
    {"make a folder", SYS_mkdir, {P("/d"), 0700}},
    {"link a file", SYS_link, {P("/proc/self/exe"), P("/d")}},
    {"rename a file", SYS_rename, {P("/d"), P("/e")}},
    {"change a mode", SYS_chmod, {P("/"), 0777}},
    {"set an attribute", SYS_setxattr, {P("/"), P("user.x"), P(text), 4, 0}},
    {"read the kernel's messages", SYS_syslog, {10, 0, 0}},
    {"set the clock", SYS_clock_settime, {0, P(zeros)}},
    {"reboot", SYS_reboot, {0, 0, 0, 0}},
    {"swap", SYS_swapon, {P("/d"), 0}},
    {"ports of the processor", SYS_ioperm, {0, 1, 0}},
    {"a shared memory segment", SYS_shmget, {0, 4096, 0600}},
    {"a message queue", SYS_msgget, {0, 0600}},
    {"a secret memory", SYS_memfd_secret, {0}},
    {"restrict files", SYS_landlock_create_ruleset, {0, 0, 1}},
    // These change what comes after them.
    {"unshare a user namespace", SYS_unshare, {CLONE_NEWUSER}},
    {"execute a program", SYS_execve, {P("/proc/self/exe"), P(program), P(program + 1)}},
    {"execute a file", SYS_execveat, {AT_FDCWD, P("/proc/self/exe"), P(program), P(program + 1), 0}},
};

static void say(const char *name, long result) {
    char line[160];
    int length = snprintf(line, sizeof line, "%s: %s\n", name,
                          result >= 0 ? "done" : errno == EPERM ? "EPERM" : errno == ENOSYS ? "ENOSYS" : "another error");
    if (write(STDOUT_FILENO, line, (size_t)length) != length) _exit(2);
}

static long call(long number, const long *a) { return syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]); }

// The numbers of 32-bit programs are others: 1 ends the process there, 39 makes a folder, and 20 returns the pid.
static long call_of_32_bits(long number) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number) : "memory", "r8", "r9", "r10", "r11");
    if (result >= 0) return result;
    errno = (int)-result;
    return -1;
}

// The list looks at their arguments.
static bool depends(long number) {
    return number == SYS_ioctl || number == SYS_clone || number == SYS_prctl || number == SYS_execve;
}

// The kernel's own calls for probes, which no filter gets to see: they end a process that makes them by itself.
static bool is_of_probes(long number) { return number == 335 || number == 336; }

static int rest(void) {
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != SECCOMP_MODE_FILTER) return 3; // some of them would do harm
    for (long number = 0; number <= LAST; number++) {
        if (calls_allows(number) || depends(number) || is_of_probes(number)) continue;
        char name[32];
        snprintf(name, sizeof name, "%ld", number);
        long result = call(number, zeros);
        if (result >= 0 || (errno != EPERM && errno != ENOSYS)) say(name, result);
    }
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 2) return rest();
    if (strcmp(argv[0], program[0]) == 0) {
        say("the executed program", 0);
        return 0;
    }
    say("a call of 32-bit programs", call_of_32_bits(20));
    say("a call of the x32 kind", syscall(0x40000000 | SYS_getpid));
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        const struct attempt *attempt = &attempts[i];
        long result = call(attempt->number, attempt->arguments);
        if (result == 0 && (attempt->number == SYS_fork || attempt->number == SYS_clone)) _exit(0);
        say(attempt->name, result);
    }
    return 0;
}
