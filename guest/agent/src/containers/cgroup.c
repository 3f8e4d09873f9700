#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "../file.h"

#define ROOT "/sys/fs/cgroup"
#define PATH_SIZE 1024
#define DESCRIPTORS 16 // that nftw may hold open

static const char *path_of(char *path, const char *group, const char *file) {
    snprintf(path, PATH_SIZE, ROOT "%s/%s", group, file);
    return path;
}

ssize_t cgroup_read(const char *group, const char *file, char *text, size_t size) {
    char path[PATH_SIZE];
    return file_read(path_of(path, group, file), text, size);
}

int cgroup_set(const char *group, const char *file, const char *text) {
    char path[PATH_SIZE];
    return file_set(path_of(path, group, file), text);
}

uint64_t cgroup_number(const char *group, const char *file) {
    char text[32];
    return cgroup_read(group, file, text, sizeof text) < 0 ? 0 : strtoull(text, NULL, 10);
}

uint64_t cgroup_value(const char *group, const char *file, const char *key) {
    char text[4096], *rest;
    size_t length = strlen(key);
    if (cgroup_read(group, file, text, sizeof text) < 0) return 0;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, key, length) == 0 && line[length] == ' ') {
            return strtoull(line + length, NULL, 10);
        }
    }
    return 0;
}

struct visiting {
    const char *group;
    void (*visit)(pid_t pid, void *context);
    void *context;
};

static void visit_group(const struct visiting *visiting);

static void visit_below(const char *name, void *context) {
    const struct visiting *above = context;
    char group[PATH_SIZE];
    // Most names are those of files: for them, cgroup.procs does not exist.
    snprintf(group, sizeof group, "%s/%s", above->group, name);
    visit_group(&(struct visiting){group, above->visit, above->context});
}

static void visit_group(const struct visiting *visiting) {
    char path[PATH_SIZE];
    int fd = file_open(path_of(path, visiting->group, "cgroup.procs"), O_RDONLY);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    if (file == NULL) return;
    int pid;
    while (fscanf(file, "%d", &pid) == 1) visiting->visit(pid, visiting->context);
    fclose(file);
    file_list(path_of(path, visiting->group, ""), visit_below, (void *)visiting);
}

void cgroup_processes(const char *group, void (*visit)(pid_t, void *), void *context) {
    visit_group(&(struct visiting){group, visit, context});
}

static int remove_group(const char *path, const struct stat *st, int type, struct FTW *at) {
    (void)st, (void)at;
    return type == FTW_DP && rmdir(path) < 0 && errno != ENOENT ? -1 : 0;
}

int cgroup_remove(const char *group) {
    char path[PATH_SIZE];
    int failed = nftw(path_of(path, group, ""), remove_group, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
    return failed != 0 && errno != ENOENT ? -1 : 0;
}

static void on_change(struct source *source, uint32_t events) {
    (void)events;
    struct cgroup_watch *watch = (struct cgroup_watch *)source;
    char byte;
    // The read tells the kernel that the agent has seen this change.
    if (pread(source->fd, &byte, 1, 0) >= 0) watch->changed(watch->context);
}

bool cgroup_watch(
    struct cgroup_watch *watch, const char *group, const char *file,
    void (*changed)(void *context), void *context) {
    char path[PATH_SIZE], byte;
    watch->changed = changed;
    watch->context = context;
    watch->source.ready = on_change;
    watch->source.fd = file_open(path_of(path, group, file), O_RDONLY);
    if (watch->source.fd < 0) return false;
    bool seen = pread(watch->source.fd, &byte, 1, 0) >= 0;
    loop_watch(&watch->source, EPOLLPRI);
    return seen;
}

void cgroup_unwatch(struct cgroup_watch *watch) {
    if (watch->source.fd <= 0) return;
    loop_unwatch(&watch->source);
    close(watch->source.fd);
    watch->source.fd = -1;
}
