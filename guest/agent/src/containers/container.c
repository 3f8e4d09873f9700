#include "container.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../sandbox/sandbox.h"
#include "../storages/storage.h"
#include "oom.h"
#include "spec.h"

#define PATH_SIZE 256
#define SANDBOX_ID "sandbox" // its folder is the sandbox's own

static struct container *containers;

struct container *containers_first(void) { return containers; }

struct container *container_find(const char *id) {
    struct container *container = containers;
    while (container != NULL && strcmp(container->id, id) != 0) container = container->next;
    return container;
}

struct process *container_process(struct container *container, const char *id) {
    struct process *process = container->processes;
    while (process != NULL && strcmp(process->id, id) != 0) process = process->next;
    return *id == '\0' ? container->first : process;
}

bool container_stopped(const struct container *container) {
    return container->first->state == PROCESS_ENDED;
}

void container_forget(struct container *container, struct process *process) {
    struct process **at = &container->processes;
    while (*at != process) at = &(*at)->next;
    *at = process->next;
    process_free(process);
}

void container_free(struct container *container) {
    struct container **at = &containers;
    while (*at != container) at = &(*at)->next;
    *at = container->next;
    if (container->freezing != NULL) {
        call_fail(container->freezing, STATUS_FAILED_PRECONDITION, "the container is removed");
    }
    cgroup_unwatch(&container->events);
    cgroup_unwatch(&container->memory_events);
    while (container->processes != NULL) container_forget(container, container->processes);
    free(container->group);
    free(container->config);
    free(container->root);
    free(container);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static const struct process_owner first_owner;

static struct container *new_container(
    const Grpc__CreateContainerRequest *request, char *config, char *group) {
    struct container *container = calloc(1, sizeof *container), **end = &containers;
    if (container == NULL) abort();
    strcpy(container->id, request->container_id);
    container->config = config;
    container->group = group;
    container->root = strdup(request->oci->root->path);
    container->shares_pids = request->sandbox_pidns;
    container->created_at = now();
    container->first =
        process_new(container->id, request->oci->process->terminal, &first_owner, container);
    container->processes = container->first;
    while (*end != NULL) end = &(*end)->next;
    *end = container;
    return container;
}

// Creating has come to an end, well (error = NULL) or not.
static void finish_creating(struct container *container, enum status code, const char *error) {
    struct call *call = container->creating;
    container->creating = NULL;
    container->ready = true;
    free(container->config);
    free(container->root);
    container->config = container->root = NULL;
    if (error == NULL) {
        call_reply_empty(call);
    } else {
        container->first->state = PROCESS_ENDED;
        call_fail(call, code, "CreateContainer %s: %s", container->id, error);
        container->removal.wanted = true;
    }
    removal_look(container);
}

static void on_memory_events(void *context) { oom_look(context); }

static void on_events(void *context) {
    struct container *container = context;
    if (container->freezing != NULL) {
        bool frozen = cgroup_value(container->group, "cgroup.events", "frozen") != 0;
        if (frozen == container->paused) {
            struct call *call = container->freezing;
            container->freezing = NULL;
            call_reply_empty(call);
        }
    }
    removal_look(container);
}

static void on_first_made(struct process *process, enum status code, const char *error) {
    struct container *container = process->context;
    if (error == NULL) {
        cgroup_watch(&container->events, container->group, "cgroup.events", on_events, container);
        cgroup_watch(
            &container->memory_events, container->group, "memory.events", on_memory_events, container);
    }
    finish_creating(container, code, error);
}

static void on_first_ended(struct process *process) {
    struct container *container = process->context;
    oom_look(container);
    // In a PID namespace of its own, the kernel has done this.
    if (container->shares_pids) cgroup_set(container->group, "cgroup.kill", "1");
    removal_look(container);
}

static const struct process_owner first_owner = {.made = on_first_made, .ended = on_first_ended};

static bool write_config(const struct container *container) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, SANDBOX_DIR "/%s/config.json", container->id);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    size_t length = strlen(container->config);
    ssize_t written = write(fd, container->config, length);
    close(fd);
    return written == (ssize_t)length;
}

// False with problem = there is nothing there that could be a container's root.
static bool check_root(const char *path, struct problem *problem) {
    bool empty = true;
    DIR *entries = opendir(path);
    if (entries == NULL) {
        return problem_set(problem, STATUS_FAILED_PRECONDITION, "root.path: %.256s: %m", path);
    }
    for (struct dirent *entry; empty && (entry = readdir(entries)) != NULL;) {
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    }
    closedir(entries);
    return !empty
        || problem_set(problem, STATUS_FAILED_PRECONDITION, "root.path: %.256s is empty", path);
}

static void on_mounted(struct mounts *mounts, enum status code, const char *error, void *context) {
    struct container *container = context;
    char bundle[PATH_SIZE];
    struct problem problem;
    if (error != NULL) {
        finish_creating(container, code, error);
        return;
    }
    container->mounts = mounts;
    snprintf(bundle, sizeof bundle, SANDBOX_DIR "/%s", container->id);
    if (check_root(container->root, &problem)) {
        mkdir(bundle, 0755);
        if (write_config(container) && process_create(container->first, bundle)) return;
        problem_set(&problem, STATUS_INTERNAL, "%s: %m", bundle);
    }
    finish_creating(container, problem.code, problem.text);
}

static const char *not_offered(const Grpc__CreateContainerRequest *request) {
    if (request->n_devices > 0) return "devices";
    if (request->n_shared_mounts > 0) return "shared_mounts";
    if (request->string_user != NULL) return "string_user";
    if (request->stdin_port != 0 || request->stdout_port != 0 || request->stderr_port != 0) {
        return "ports for streams";
    }
    return NULL;
}

void container_create(struct call *call, const Grpc__CreateContainerRequest *request) {
    struct problem problem;
    const char *lacking = not_offered(request);
    char *group;
    bool reserved = strcmp(request->container_id, SANDBOX_ID) == 0;
    if (!is_id(request->container_id) || reserved) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "CreateContainer: container_id: not an id");
    } else if (lacking != NULL) {
        call_fail(
            call, STATUS_UNIMPLEMENTED, "CreateContainer: %s are not offered by this agent", lacking);
    } else if (container_find(request->container_id) != NULL) {
        call_fail(
            call, STATUS_ALREADY_EXISTS, "CreateContainer: there is a container %s",
            request->container_id);
    } else if (!sandbox_present()) {
        call_fail(call, STATUS_FAILED_PRECONDITION, "CreateContainer: there is no sandbox yet");
    } else {
        char *config = spec_config(request, &group, &problem);
        if (config == NULL) {
            call_fail(
                call, problem.code, "CreateContainer %s: %s", request->container_id, problem.text);
            return;
        }
        struct container *container = new_container(request, config, group);
        container->creating = call;
        storages_mount(request->n_storages, request->storages, on_mounted, container);
    }
}

void container_start(struct call *call, struct container *container) {
    if (container->first->state != PROCESS_MADE) {
        call_fail(
            call, STATUS_FAILED_PRECONDITION, "StartContainer %s: it was started before, or has ended",
            container->id);
    } else if (!crun_start(container->id)) {
        call_fail(
            call, STATUS_INTERNAL, "StartContainer %s: %s", container->id, strerror(errno));
    } else {
        process_await_program(container->first, call);
    }
}

static void on_freezing_gone(void *context) {
    struct container *container = context;
    container->freezing = NULL;
}

static const struct keeper freezing_keeper = {.gone = on_freezing_gone};

// The kernel freezes when it comes to it; the file of events tells.
void container_freeze(struct call *call, struct container *container, bool freeze) {
    const char *verb = freeze ? "PauseContainer" : "ResumeContainer";
    if (container_stopped(container) || !container->ready || container->freezing != NULL) {
        call_fail(
            call, STATUS_FAILED_PRECONDITION, "%s: container %s is %s", verb, container->id,
            container_stopped(container) ? "stopped" : "changing");
    } else if (cgroup_set(container->group, "cgroup.freeze", freeze ? "1" : "0") < 0) {
        call_fail(call, STATUS_INTERNAL, "%s %s: %s", verb, container->id, strerror(errno));
    } else {
        container->paused = freeze;
        container->freezing = call;
        call_keep(call, &freezing_keeper, container);
        on_events(container);
    }
}
