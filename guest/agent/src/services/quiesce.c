#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../children.h"
#include "../file.h"
#include "../log.h"
#include "../memory.h"
#include "services.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

// Free memory still holds its old content. The kernel clears each page that it gives to a process. So a
// child process takes nearly all free memory and ends: the pages it gives back are zero, and the host can
// leave them out of the snapshot.

#define STEP_MIN_KIB 256u
#define STEP_MAX_KIB (64u << 10)
#define MARGIN_KIB 1024u
#define HUGE_KIB 2048u
#define HUGE_PAGES "/sys/kernel/mm/transparent_hugepage/enabled"

static struct {
    struct call *call; // NULL = no call is in progress
    int report; // pipe to which the child writes how many KiB it has zeroed
} running;

static uint64_t min_free_kib(void) {
    char text[32];
    if (file_read("/proc/sys/vm/min_free_kbytes", text, sizeof text) < 0) return 16384;
    return strtoull(text, NULL, 10);
}

static uint64_t margin_kib(void) { return 2 * min_free_kib() + MARGIN_KIB; }

// One page fault clears 2 MiB. If the kernel has no huge page, it gives a small one.
static void take_huge_pages(uint64_t pages) {
    const size_t size = HUGE_KIB << 10;
    char *memory = mmap(
        NULL, (pages + 1) * size, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return;
    char *first = memory + (-(uintptr_t)memory & (size - 1));
    if (madvise(first, pages * size, MADV_HUGEPAGE) < 0) return;
    for (uint64_t i = 0; i < pages; i++) *(volatile char *)(first + i * size) = 0;
}

// Takes two fifths less CPU time than small pages alone. A guest below 512 MiB has huge pages switched off.
// The kernel's watermarks are higher while huge pages are allowed, so margin_kib is called in between.
static uint64_t zero_huge_pages(void) {
    char allowed[64] = "";
    if (file_read(HUGE_PAGES, allowed, sizeof allowed) < 0) return 0;
    bool never = strstr(allowed, "[never]") != NULL;
    if (never && file_set(HUGE_PAGES, "madvise") < 0) return 0;
    uint64_t before = meminfo_kib("MemFree"), margin = margin_kib();
    if (before > margin) take_huge_pages((before - margin) / HUGE_KIB);
    uint64_t after = meminfo_kib("MemFree");
    if (never) file_set(HUGE_PAGES, "never");
    return before > after ? before - after : 0;
}

static uint64_t step_kib(uint64_t margin) {
    uint64_t available = meminfo_kib("MemFree");
    uint64_t half = available > margin ? (available - margin) / 2 : 0;
    uint64_t step = half > STEP_MAX_KIB ? STEP_MAX_KIB : half;
    return step < STEP_MIN_KIB ? 0 : step & ~(STEP_MIN_KIB - 1);
}

// Stays above the kernel's watermarks (the highest is 1.5 times min_free_kbytes), so that the kernel reclaims
// nothing and no process runs out of memory. If memory runs out all the same, the kernel ends this child
// first.
static uint64_t zero_free_memory(void) {
    uint64_t zeroed_kib = zero_huge_pages(), margin = margin_kib(), step;
    while ((step = step_kib(margin)) > 0) {
        void *memory = mmap(
            NULL, step << 10, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (memory == MAP_FAILED) break;
        zeroed_kib += step;
    }
    return zeroed_kib;
}

static void __attribute__((noreturn)) in_child(int report) {
    file_set("/proc/self/oom_score_adj", "1000");
    sync();
    file_set("/proc/sys/vm/drop_caches", "3");
    file_set("/proc/sys/vm/compact_memory", "1");
    uint64_t zeroed_kib = zero_free_memory();
    bool reported = write(report, &zeroed_kib, sizeof zeroed_kib) == sizeof zeroed_kib;
    _exit(reported ? 0 : 1);
}

// The fork has made each page of the agent copy-on-write. Locking makes all pages writable and present, so
// that the agent takes no page faults in the clone.
static void restore_own_pages(void) {
    if (mlockall(MCL_CURRENT) < 0) log_error("Quiesce: cannot lock the agent's memory: %m");
}

// The kernel frees the objects of a dead process only after RCU's grace periods. Each clone would do the
// work that is pending in the snapshot before its first answer. A barrier waits for one grace period. The
// callbacks of the first period have run when the second one ends.
static void let_kernel_free(void) {
    for (int i = 0; i < 2; i++) {
        if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) < 0) {
            log_error("Quiesce: cannot wait for the kernel (membarrier): %m");
            return;
        }
    }
}

// The kernel fixes at its boot how many CPUs it can have: "0-3", or "0" if none can be plugged.
static uint32_t possible_cpus(void) {
    char text[64];
    if (file_read("/sys/devices/system/cpu/possible", text, sizeof text) < 0) return 0;
    const char *last = strrchr(text, '-');
    return (uint32_t)strtoul(last == NULL ? text : last + 1, NULL, 10) + 1;
}

static void on_end(int status, void *context) {
    (void)context;
    uint64_t zeroed_kib;
    bool reported = read(running.report, &zeroed_kib, sizeof zeroed_kib) == sizeof zeroed_kib;
    close(running.report);
    struct call *call = running.call;
    running.call = NULL;
    if (!reported || !WIFEXITED(status)) {
        call_fail(call, STATUS_INTERNAL, "Quiesce: its process ended with wait status 0x%x", status);
        return;
    }
    restore_own_pages();
    let_kernel_free();
    Vmfactory__Guest__V1__QuiesceResponse response = VMFACTORY__GUEST__V1__QUIESCE_RESPONSE__INIT;
    response.zeroed_kib = zeroed_kib;
    response.used_kib = meminfo_kib("MemTotal") - meminfo_kib("MemFree");
    response.possible_cpus = possible_cpus();
    call_reply(call, &response.base);
}

static int start(struct call *call) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return -1;
    pid_t child = fork();
    if (child == 0) in_child(ends[1]);
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return -1;
    }
    running.call = call;
    running.report = ends[0];
    children_watch(child, on_end, NULL);
    return 0;
}

void quiesce(struct call *call, const ProtobufCMessage *request) {
    (void)request;
    if (running.call != NULL) {
        call_fail(call, STATUS_FAILED_PRECONDITION, "Quiesce: another call is in progress");
    } else if (start(call) < 0) {
        call_fail(call, STATUS_INTERNAL, "Quiesce: %s", strerror(errno));
    }
}
