#include "proc.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../file.h"
#include "../need.h"
#include "cgroup.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

typedef Vmfactory__Guest__V1__Process entry;

#define COMMAND_MOST 4096 // bytes of a command line
#define PROCESSES_MOST 4096

struct list {
    pid_t pids[PROCESSES_MOST];
    size_t n;
};

static void add(pid_t pid, void *context) {
    struct list *list = context;
    if (list->n < PROCESSES_MOST) list->pids[list->n++] = pid;
}

static int by_pid(const void *a, const void *b) {
    return *(const pid_t *)a - *(const pid_t *)b;
}

// Returns the number after a name in /proc/PID/status; with last, the last number of the line.
static long field(const char *status, const char *name, bool last) {
    const char *line = strstr(status, name);
    if (line == NULL) return 0;
    line += strlen(name);
    char *end;
    long value = strtol(line, &end, 10);
    while (last && *end == '\t') value = strtol(end, &end, 10);
    return value;
}

static void read_command(pid_t pid, const char *stat, entry *process) {
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    process->command_line.data = need(malloc(COMMAND_MOST));
    int fd = file_open(path, O_RDONLY);
    ssize_t got = fd < 0 ? -1 : read(fd, process->command_line.data, COMMAND_MOST);
    if (fd >= 0) close(fd);
    if (got <= 0) { // a zombie has only its name
        const char *name = strchr(stat, '('), *end = strrchr(stat, ')');
        int length = name != NULL && end > name ? (int)(end - name - 1) : 0;
        got = snprintf(
            (char *)process->command_line.data, COMMAND_MOST, "[%.*s]", length, name ? name + 1 : "");
    }
    process->command_line.len = (size_t)got;
}

// False = the process has ended.
static bool describe(pid_t pid, entry *process) {
    char path[32], stat[1024], status[4096], state[2] = "";
    unsigned long user, kernel;
    int parent;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (file_read(path, stat, sizeof stat) < 0) return false;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    if (file_read(path, status, sizeof status) < 0) return false;
    const char *after_name = strrchr(stat, ')');
    if (after_name == NULL
        || sscanf(
               after_name, ") %1s %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", state, &parent,
               &user, &kernel) != 4) {
        return false;
    }
    process->pid = pid;
    process->parent_pid = parent;
    process->container_pid = (int32_t)field(status, "\nNSpid:\t", true);
    process->uid = (uint32_t)field(status, "\nUid:\t", false);
    process->resident_kib = (uint64_t)field(status, "\nVmRSS:\t", false);
    process->cpu_millis = (user + kernel) * 1000 / (unsigned long)sysconf(_SC_CLK_TCK);
    process->state = need(strdup(state));
    read_command(pid, stat, process);
    return true;
}

void proc_reply(struct call *call, const char *group) {
    static struct list list;
    Vmfactory__Guest__V1__ListProcessesResponse response =
        VMFACTORY__GUEST__V1__LIST_PROCESSES_RESPONSE__INIT;
    list.n = 0;
    cgroup_processes(group, add, &list);
    qsort(list.pids, list.n, sizeof *list.pids, by_pid);
    entry *entries = need(calloc(list.n + 1, sizeof *entries));
    response.processes = need(calloc(list.n + 1, sizeof *response.processes));
    for (size_t i = 0; i < list.n; i++) {
        entry *process = &entries[response.n_processes];
        vmfactory__guest__v1__process__init(process);
        if (describe(list.pids[i], process)) response.processes[response.n_processes++] = process;
    }
    call_reply(call, &response.base);
    for (size_t i = 0; i < response.n_processes; i++) {
        free(response.processes[i]->state);
        free(response.processes[i]->command_line.data);
    }
    free(response.processes);
    free(entries);
}

uid_t proc_user(pid_t pid, uid_t user) {
    char path[32], map[4096];
    snprintf(path, sizeof path, "/proc/%d/uid_map", (int)pid);
    if (file_read(path, map, sizeof map) < 0) return user;
    unsigned long inside, outside, count;
    int length;
    for (const char *at = map; sscanf(at, "%lu %lu %lu%n", &inside, &outside, &count, &length) == 3; at += length) {
        if (user >= inside && user - inside < count) return (uid_t)(outside + (user - inside));
    }
    return user;
}

bool proc_is_mounted(pid_t pid) {
    char path[32];
    struct statfs found;
    snprintf(path, sizeof path, "/proc/%d/root/proc", (int)pid);
    return statfs(path, &found) == 0 && found.f_type == PROC_SUPER_MAGIC;
}
