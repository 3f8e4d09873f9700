#include "stats.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../file.h"
#include "cgroup.h"
#include "kata/agent.pb-c.h"

#define DEVICES_MOST 64
#define INTERFACES_MOST 64
#define MICRO 1000 // nanoseconds in a microsecond

struct io {
    Grpc__BlkioStatsEntry entries[2 * DEVICES_MOST];
    Grpc__BlkioStatsEntry *bytes[2 * DEVICES_MOST];
    size_t n;
};

static void add_io(struct io *io, unsigned major, unsigned minor, char *op, uint64_t value) {
    Grpc__BlkioStatsEntry *entry = &io->entries[io->n];
    grpc__blkio_stats_entry__init(entry);
    entry->major = major;
    entry->minor = minor;
    entry->op = op;
    entry->value = value;
    io->bytes[io->n++] = entry;
}

// "MAJOR:MINOR rbytes=N wbytes=N ...", one line per device.
static void read_io(const char *group, struct io *io) {
    static char read_op[] = "Read", write_op[] = "Write";
    char text[8192], *rest;
    io->n = 0;
    if (cgroup_read(group, "io.stat", text, sizeof text) < 0) return;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        unsigned major, minor;
        uint64_t in, out;
        int found = sscanf(
            line, "%u:%u rbytes=%" SCNu64 " wbytes=%" SCNu64, &major, &minor, &in, &out);
        if (found < 4 || io->n + 2 > 2 * DEVICES_MOST) continue;
        add_io(io, major, minor, read_op, in);
        add_io(io, major, minor, write_op, out);
    }
}

struct networks {
    Grpc__NetworkStats entries[INTERFACES_MOST];
    Grpc__NetworkStats *all[INTERFACES_MOST];
    char names[INTERFACES_MOST][20];
    size_t n;
};

// "name: bytes packets errs drop fifo frame compressed multicast bytes packets errs drop ..."
static void read_networks(struct networks *networks) {
    char text[8192], *rest;
    networks->n = 0;
    if (file_read("/proc/net/dev", text, sizeof text) < 0) return;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        Grpc__NetworkStats *entry = &networks->entries[networks->n];
        char *name = networks->names[networks->n];
        if (networks->n == INTERFACES_MOST) return;
        grpc__network_stats__init(entry);
        int found = sscanf(
            line,
            " %19[^:]: %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %*u %*u %*u %*u %" SCNu64
            " %" SCNu64 " %" SCNu64 " %" SCNu64,
            name, &entry->rx_bytes, &entry->rx_packets, &entry->rx_errors, &entry->rx_dropped,
            &entry->tx_bytes, &entry->tx_packets, &entry->tx_errors, &entry->tx_dropped);
        if (found < 9) continue;
        entry->name = name;
        networks->all[networks->n++] = entry;
    }
}

static void read_cpu(const char *group, Grpc__CpuUsage *usage, Grpc__ThrottlingData *throttling) {
    usage->total_usage = MICRO * cgroup_value(group, "cpu.stat", "usage_usec");
    usage->usage_in_usermode = MICRO * cgroup_value(group, "cpu.stat", "user_usec");
    usage->usage_in_kernelmode = MICRO * cgroup_value(group, "cpu.stat", "system_usec");
    throttling->periods = cgroup_value(group, "cpu.stat", "nr_periods");
    throttling->throttled_periods = cgroup_value(group, "cpu.stat", "nr_throttled");
    throttling->throttled_time = MICRO * cgroup_value(group, "cpu.stat", "throttled_usec");
}

static void read_memory(const char *group, Grpc__MemoryData *memory, Grpc__MemoryData *swap) {
    memory->usage = cgroup_number(group, "memory.current");
    memory->max_usage = cgroup_number(group, "memory.peak");
    memory->limit = cgroup_number(group, "memory.max");
    memory->failcnt = cgroup_value(group, "memory.events", "max");
    swap->usage = cgroup_number(group, "memory.swap.current");
    swap->limit = cgroup_number(group, "memory.swap.max");
}

void stats_reply(struct call *call, const char *group) {
    static struct io io;
    static struct networks networks;
    Grpc__CpuUsage usage = GRPC__CPU_USAGE__INIT;
    Grpc__ThrottlingData throttling = GRPC__THROTTLING_DATA__INIT;
    Grpc__CpuStats cpu = GRPC__CPU_STATS__INIT;
    Grpc__MemoryData memory_usage = GRPC__MEMORY_DATA__INIT, swap = GRPC__MEMORY_DATA__INIT;
    Grpc__MemoryStats memory = GRPC__MEMORY_STATS__INIT;
    Grpc__PidsStats pids = GRPC__PIDS_STATS__INIT;
    Grpc__BlkioStats blkio = GRPC__BLKIO_STATS__INIT;
    Grpc__CgroupStats stats = GRPC__CGROUP_STATS__INIT;
    Grpc__StatsContainerResponse response = GRPC__STATS_CONTAINER_RESPONSE__INIT;
    read_cpu(group, &usage, &throttling);
    read_memory(group, &memory_usage, &swap);
    read_io(group, &io);
    read_networks(&networks);
    cpu.cpu_usage = &usage;
    cpu.throttling_data = &throttling;
    memory.cache = cgroup_value(group, "memory.stat", "file");
    memory.usage = &memory_usage;
    memory.swap_usage = &swap;
    pids.current = cgroup_number(group, "pids.current");
    pids.limit = cgroup_number(group, "pids.max");
    blkio.n_io_service_bytes_recursive = io.n;
    blkio.io_service_bytes_recursive = io.bytes;
    stats.cpu_stats = &cpu;
    stats.memory_stats = &memory;
    stats.pids_stats = &pids;
    stats.blkio_stats = &blkio;
    response.cgroup_stats = &stats;
    response.n_network_stats = networks.n;
    response.network_stats = networks.all;
    call_reply(call, &response.base);
}
