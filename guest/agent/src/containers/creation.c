#include "creation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../log.h"
#include "../need.h"
#include "../problem.h"
#include "../sandbox/sandbox.h"
#include "../storages/storage.h"
#include "etc.h"
#include "field.h"
#include "freezing.h"
#include "oom.h"
#include "places.h"
#include "removal.h"
#include "spec.h"
#include "sysctl.h"

#define PATH_SIZE 256
#define SANDBOX_ID "sandbox" // its folder is the sandbox's own

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static const struct process_owner first_owner;

static struct container *add_container(
    const Grpc__CreateContainerRequest *request, const struct spec_made *made) {
    struct container *container = container_add(request->container_id, made->group);
    container->config = made->config;
    container->spec = made->spec;
    container->shares_pids = request->sandbox_pidns;
    container->created_at = now();
    gethostname(container->hostname, sizeof container->hostname - 1);
    container->named = *request->oci->hostname != '\0';
    if (container->named) {
        snprintf(container->hostname, sizeof container->hostname, "%s", request->oci->hostname);
    }
    container->asked = message_copy(&request->oci->process->base);
    container->first = process_new(container->id, container->asked, &first_owner, container);
    container->first->held.wanted = request->program_at_start;
    container->processes = container->first;
    return container;
}

// Ends the creation: answers the call. With an error, removes the container.
static void finish_creating(struct container *container, enum status code, const char *error) {
    struct call *call = container->creating;
    container->creating = NULL;
    container->ready = true;
    free(container->config);
    grpc__spec__free_unpacked(container->spec, NULL);
    container->config = NULL;
    container->spec = NULL;
    if (error == NULL) {
        call_reply_empty(call);
    } else {
        if (container->first->pid == 0) container->first->state = PROCESS_ENDED;
        call_fail(call, code, "%s", error);
        container->removal.wanted = true;
    }
    removal_continue(container);
}

static void on_memory_events(void *context) { oom_check(context); }

static void on_events(void *context) {
    struct container *container = context;
    freezing_continue(container);
    removal_continue(container);
}

// Some versions of crun leave the burst out.
static bool set_burst(const struct container *container, struct problem *problem) {
    const Grpc__LinuxResources *resources = container->spec->linux->resources;
    if (resources == NULL || resources->cpu == NULL || resources->cpu->burst == 0) return true;
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, resources->cpu->burst);
    return cgroup_set(container->group, "cpu.max.burst", text) == 0
        || problem_set(problem, STATUS_INVALID_ARGUMENT, "linux.resources.cpu.burst: cannot be set to %s: %m", text);
}

static void fail_creating(struct container *container, enum status code, const char *error) {
    struct problem problem;
    size_t blamed = places_blamed(container->spec, error);
    if (code == STATUS_INTERNAL && blamed < container->spec->n_mounts) {
        problem_set(&problem, code, "mounts[%zu]: %s", blamed, error);
        error = problem.text;
    }
    finish_creating(container, code, error);
}

static void on_first_made(struct process *process, enum status code, const char *error) {
    struct container *container = process->context;
    struct problem problem;
    if (error != NULL) {
        fail_creating(container, code, error);
        return;
    }
    cgroup_watch(&container->events, container->group, "cgroup.events", on_events, container);
    cgroup_watch(
        &container->memory_events, container->group, "memory.events", on_memory_events, container);
    if (set_burst(container, &problem)) {
        finish_creating(container, STATUS_OK, NULL);
    } else {
        finish_creating(container, problem.code, problem.text);
    }
}

static void on_first_ended(struct process *process) {
    struct container *container = process->context;
    oom_check(container);
    // In a PID namespace of the container's own, the kernel has killed the other processes.
    if (container->shares_pids) cgroup_set(container->group, "cgroup.kill", "1");
    removal_continue(container);
}

static const struct process_owner first_owner = {.made = on_first_made, .ended = on_first_ended};

static bool write_config(const struct container *container) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, SANDBOX_DIR "/%s", container->id);
    if (!etc_write(path, container->hostname)) return false;
    snprintf(path, sizeof path, SANDBOX_DIR "/%s/config.json", container->id);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    size_t length = strlen(container->config);
    ssize_t written = write(fd, container->config, length);
    close(fd);
    return written == (ssize_t)length;
}

// Refuses a root that is missing or empty. False with problem.
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

static void set_home(struct container *container) {
    struct problem problem;
    char *config = spec_config_with_home(container->spec, &problem);
    if (config == NULL) return;
    free(container->config);
    container->config = config;
}

// Does everything that crun needs and cannot do itself. False with problem.
static bool prepare(struct container *container, const char *bundle, struct problem *problem) {
    const Grpc__Spec *spec = container->spec;
    if (!check_root(spec->root->path, problem)) return false;
    mkdir(bundle, 0755);
    set_home(container);
    if (!write_config(container)) {
        return problem_set(problem, STATUS_INTERNAL, "cannot write %s: %m", bundle);
    }
    if (!places_check(spec, problem) || !sysctl_set(spec->linux, problem)) return false;
    places_make(spec);
    return true;
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
    if (prepare(container, bundle, &problem)) {
        if (process_create(container->first, bundle)) return;
        problem_set(&problem, STATUS_INTERNAL, "cannot start crun: %m");
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
    struct spec_made made;
    bool reserved = strcmp(request->container_id, SANDBOX_ID) == 0;
    if (!is_id(request->container_id) || reserved) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "container_id is not a valid id");
    } else if (lacking != NULL) {
        call_fail(
            call, STATUS_UNIMPLEMENTED, "this agent does not support %s", lacking);
    } else if (container_find(request->container_id) != NULL) {
        call_fail(
            call, STATUS_ALREADY_EXISTS, "container %s exists already",
            request->container_id);
    } else if (container_made_as(request->container_id) != NULL) {
        call_fail(
            call, STATUS_ALREADY_EXISTS, "a container that was created as %s has its folder", request->container_id);
    } else if (!sandbox_present()) {
        call_fail(
            call, STATUS_FAILED_PRECONDITION,
            "there is no sandbox; call CreateSandbox first");
    } else {
        if (!spec_make(request, &made, &problem)) {
            call_fail(call, problem.code, "%s", problem.text);
            return;
        }
        struct container *container = add_container(request, &made);
        container->creating = call;
        storages_mount(request->n_storages, request->storages, on_mounted, container);
    }
}

// From now on, the first process is described by the program.
static void describe_as(struct container *container, const Grpc__Program *program) {
    Grpc__Process process = *container->asked;
    process.args = program->args;
    process.n_args = program->n_args;
    process.env = program->env;
    process.n_env = program->n_env;
    process.cwd = program->cwd;
    Grpc__Process *described = message_copy(&process.base);
    grpc__process__free_unpacked(container->asked, NULL);
    container->asked = described;
}

static bool is_program(char *const *args, size_t n, const char *cwd) { return n > 0 && *args[0] != '\0' && *cwd == '/'; }

// Returns whether its program can be chosen now; otherwise the call has failed.
static bool is_free(struct call *call, const struct container *container, bool chosen) {
    if (container->first->state != PROCESS_MADE) {
        call_fail(
            call, STATUS_FAILED_PRECONDITION, "container %s has been started already or has ended",
            container->id);
        return false;
    }
    if (chosen && !container->first->held.wanted) {
        call_fail(
            call, STATUS_FAILED_PRECONDITION, "container %s was created for one program; it cannot run another",
            container->id);
        return false;
    }
    return true;
}

void container_start(struct call *call, struct container *container, const Grpc__Program *program) {
    if (!is_free(call, container, program != NULL)) return;
    if (program != NULL && !is_program(program->args, program->n_args, program->cwd)) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "program: names no program, or cwd is not an absolute path");
        return;
    }
    if (program != NULL) describe_as(container, program);
    if (!process_begin(container->first, container->asked)) {
        call_fail(call, STATUS_INTERNAL, "cannot start container %s: %s", container->id, strerror(errno));
    } else {
        process_await_program(container->first, call);
    }
}

void container_reuse(struct call *call, struct container *container, const char *id, const Grpc__Process *process) {
    struct container *same = container_find(id);
    if (!is_free(call, container, true)) return;
    if (!is_id(id) || strcmp(id, SANDBOX_ID) == 0) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "new_id is not a valid id");
    } else if (same != NULL && same != container) {
        call_fail(call, STATUS_ALREADY_EXISTS, "container %s exists already", id);
    } else if (process == NULL || !is_program(process->args, process->n_args, process->cwd)) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "process: names no program, or cwd is not an absolute path");
    } else {
        Grpc__Program program = GRPC__PROGRAM__INIT;
        program.args = process->args;
        program.n_args = process->n_args;
        program.env = process->env;
        program.n_env = process->n_env;
        program.cwd = process->cwd;
        char folder[PATH_SIZE];
        snprintf(folder, sizeof folder, SANDBOX_DIR "/%s", container->made_as);
        if (!container->named) gethostname(container->hostname, sizeof container->hostname - 1);
        if (!etc_write(folder, container->hostname)) log_error("cannot write the files in %s: %m", folder);
        describe_as(container, &program);
        snprintf(container->id, sizeof container->id, "%s", id);
        snprintf(container->first->id, sizeof container->first->id, "%s", id);
        call_reply_empty(call);
    }
}
