#include "limits.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "cgroup.h"

struct change {
    const char *group;
    struct problem *problem;
    bool good;
};

static void set(struct change *change, const char *file, const char *value) {
    if (!change->good || *value == '\0') return;
    if (cgroup_set(change->group, file, value) == 0) return;
    enum status code = errno == EINVAL || errno == ERANGE ? STATUS_INVALID_ARGUMENT
        : errno == EBUSY                                  ? STATUS_FAILED_PRECONDITION
                                                          : STATUS_INTERNAL;
    change->good = problem_set(change->problem, code, "cannot set %s to %s: %m", file, value);
}

// A negative value = no limit.
static void set_limit(struct change *change, const char *file, int64_t value) {
    char text[24];
    if (value == 0) return;
    snprintf(text, sizeof text, "%" PRId64, value);
    set(change, file, value < 0 ? "max" : text);
}

// In the specification, the swap limit includes memory. In control groups of version 2 it does not.
static void set_memory(struct change *change, const Grpc__LinuxMemory *memory) {
    if (memory == NULL) return;
    set_limit(change, "memory.low", memory->reservation);
    if (memory->swap > 0 && memory->limit > 0) {
        char text[24];
        int64_t swap = memory->swap > memory->limit ? memory->swap - memory->limit : 0;
        snprintf(text, sizeof text, "%" PRId64, swap);
        set(change, "memory.swap.max", text);
    } else if (memory->swap < 0) {
        set(change, "memory.swap.max", "max");
    }
    set_limit(change, "memory.max", memory->limit);
}

// Converts shares (2 to 262144) to weights (1 to 10000).
static uint64_t weight_of(uint64_t shares) {
    if (shares < 2) shares = 2;
    if (shares > 262144) shares = 262144;
    return 1 + (shares - 2) * 9999 / 262142;
}

static void set_cpu(struct change *change, const Grpc__LinuxCPU *cpu) {
    char text[64], quota[24] = "max", now[64];
    if (cpu == NULL) return;
    if (cpu->quota != 0 || cpu->period != 0) {
        // "QUOTA PERIOD"; a value that the request does not set stays as it is.
        if (cpu->quota == 0 && cgroup_read(change->group, "cpu.max", now, sizeof now) > 0) {
            sscanf(now, "%23s", quota);
        }
        if (cpu->quota > 0) snprintf(quota, sizeof quota, "%" PRId64, cpu->quota);
        snprintf(text, sizeof text, cpu->period == 0 ? "%s" : "%s %" PRIu64, quota, cpu->period);
        set(change, "cpu.max", text);
    }
    if (cpu->shares != 0) {
        snprintf(text, sizeof text, "%" PRIu64, weight_of(cpu->shares));
        set(change, "cpu.weight", text);
    }
    set(change, "cpuset.cpus", cpu->cpus);
    set(change, "cpuset.mems", cpu->mems);
}

static const char *not_offered(const Grpc__LinuxResources *resources) {
    if (resources->n_devices > 0) return "devices";
    if (resources->blockio != NULL) return "blockIO";
    if (resources->n_hugepagelimits > 0) return "hugepageLimits";
    if (resources->network != NULL) return "network";
    return NULL;
}

bool limits_set(
    const char *group, const Grpc__LinuxResources *resources, struct problem *problem) {
    if (resources == NULL) {
        return problem_set(problem, STATUS_INVALID_ARGUMENT, "resources is missing");
    }
    const char *lacking = not_offered(resources);
    if (lacking != NULL) {
        return problem_set(
            problem, STATUS_UNIMPLEMENTED, "this agent cannot change resources.%s", lacking);
    }
    struct change change = {group, problem, true};
    set_memory(&change, resources->memory);
    set_cpu(&change, resources->cpu);
    if (resources->pids != NULL) set_limit(&change, "pids.max", resources->pids->limit);
    return change.good;
}
