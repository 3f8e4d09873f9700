#include "resources.h"

#include "cgroup.h"
#include "cpuset.h"

#define SWAPPINESS 60 // the kernel's, where groups have none of their own
#define WHOLE "" // the group of all processes

static bool lacks(const char *path, struct problem *problem) {
    return problem_set(
        problem, STATUS_INVALID_ARGUMENT, "linux.resources.%s: the guest does not have it", path);
}

static bool fit_memory(Grpc__LinuxMemory *memory, struct problem *problem) {
    if (memory->kernel > 0) return lacks("memory.kernel", problem);
    if (memory->kerneltcp > 0) return lacks("memory.kernelTCP", problem);
    if (memory->disableoomkiller) return lacks("memory.disableOOMKiller", problem);
    if (memory->swappiness != 0 && memory->swappiness != SWAPPINESS) {
        return lacks("memory.swappiness", problem);
    }
    memory->kernel = memory->kerneltcp = 0;
    memory->swappiness = 0;
    if (memory->swap <= 0 || memory->limit > 0) return true;
    return problem_set(
        problem, STATUS_INVALID_ARGUMENT, "linux.resources.memory.swap: needs linux.resources.memory.limit");
}

static bool is_here(const char *set, const char *file) {
    char all[256];
    return cgroup_read(WHOLE, file, all, sizeof all) < 0 || cpuset_within(set, all);
}

static bool fit_cpu(Grpc__LinuxCPU *cpu, struct problem *problem) {
    if (cpu->realtimeruntime != 0) return lacks("cpu.realtimeRuntime", problem);
    if (cpu->realtimeperiod != 0) return lacks("cpu.realtimePeriod", problem);
    if (*cpu->cpus != '\0' && !is_here(cpu->cpus, "cpuset.cpus.effective")) cpu->cpus = "";
    if (*cpu->mems != '\0' && !is_here(cpu->mems, "cpuset.mems.effective")) cpu->mems = "";
    return true;
}

static bool fit_rest(Grpc__LinuxResources *all, struct problem *problem) {
    const Grpc__LinuxNetwork *network = all->network;
    if (network != NULL && network->classid != 0) return lacks("network.classID", problem);
    if (network != NULL && network->n_priorities > 0) return lacks("network.priorities", problem);
    if (all->blockio != NULL && all->blockio->leafweight != 0) return lacks("blockIO.leafWeight", problem);
    all->network = NULL;
    if (all->pids != NULL && all->pids->limit == 0) all->pids = NULL;
    return true;
}

bool resources_fit(struct resources *fit, const Grpc__LinuxResources *asked, struct problem *problem) {
    fit->all = *asked;
    if (asked->memory != NULL) {
        fit->memory = *asked->memory;
        fit->all.memory = &fit->memory;
        if (!fit_memory(&fit->memory, problem)) return false;
    }
    if (asked->cpu != NULL) {
        fit->cpu = *asked->cpu;
        fit->all.cpu = &fit->cpu;
        if (!fit_cpu(&fit->cpu, problem)) return false;
    }
    return fit_rest(&fit->all, problem);
}
