#include "spec.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../need.h"
#include "../sandbox/sandbox.h"
#include "etc.h"
#include "oci_json.h"

#define ID_MOST 127
#define OCI_VERSION "1.0.2"
#define GROUPS "/vmfactory/"

bool is_id(const char *text) {
    size_t length = strlen(text);
    if (length < 1 || length > ID_MOST || !isalnum((unsigned char)*text)) return false;
    for (const char *at = text; *at != '\0'; at++) {
        if (!isalnum((unsigned char)*at) && strchr("_.-", *at) == NULL) return false;
    }
    return true;
}

static bool wrong(struct problem *problem, const char *what) {
    return problem_set(problem, STATUS_INVALID_ARGUMENT, "%s", what);
}

// For system calls, the largest id means "leave it as it is": the process would keep the rights of root.
static bool check_id(const char *field, uint32_t id, struct problem *problem) {
    return id <= INT32_MAX
        || problem_set(
            problem, STATUS_INVALID_ARGUMENT, "process.user.%s: must be 0..2147483647, is %u", field, id);
}

static bool check_user(const Grpc__User *user, struct problem *problem) {
    if (user == NULL) return true;
    for (size_t i = 0; i < user->n_additionalgids; i++) {
        if (!check_id("additionalGids", user->additionalgids[i], problem)) return false;
    }
    return check_id("uid", user->uid, problem) && check_id("gid", user->gid, problem);
}

static bool check_process(const Grpc__Process *process, struct problem *problem) {
    if (process == NULL) return wrong(problem, "process is missing");
    if (process->n_args == 0 || *process->args[0] == '\0') {
        return wrong(problem, "process.args names no program");
    }
    if (*process->cwd != '/') return wrong(problem, "process.cwd is not an absolute path");
    return check_user(process->user, problem);
}

static bool check(const Grpc__Spec *spec, struct problem *problem) {
    if (spec == NULL) return wrong(problem, "OCI is missing");
    if (spec->root == NULL || *spec->root->path != '/') {
        return wrong(problem, "root.path is missing or not an absolute path of the guest");
    }
    if (spec->hooks != NULL && (spec->hooks->n_poststart > 0 || spec->hooks->n_poststop > 0)) {
        return wrong(problem, "hooks: this agent does not support poststart and poststop");
    }
    return check_process(spec->process, problem);
}

static bool shared(const Grpc__LinuxNamespace *space) {
    static const char *const types[] = {"network", "ipc", "uts"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (*space->path == '\0' && strcmp(space->type, types[i]) == 0) return true;
    }
    return false;
}

// The namespaces of a container. There is room for those of its spec and for two more.
struct spaces {
    Grpc__LinuxNamespace **all;
    size_t n;
};

static Grpc__LinuxNamespace *find(const struct spaces *spaces, const char *type) {
    for (size_t i = 0; i < spaces->n; i++) {
        if (strcmp(spaces->all[i]->type, type) == 0) return spaces->all[i];
    }
    return NULL;
}

static bool join_sandbox_pids(Grpc__LinuxNamespace *pids, struct problem *problem) {
    const char *path = sandbox_pid_namespace();
    if (path != NULL) {
        pids->path = (char *)path;
        return true;
    }
    if (errno != 0) return problem_set(problem, STATUS_INTERNAL, "cannot start the shared PID namespace: %m");
    return problem_set(
        problem, STATUS_FAILED_PRECONDITION,
        "sandbox_pidns: the sandbox was created without a PID namespace to share");
}

// Refuses "..": a group lies below the root of groups. Refuses "/": the group is the container's own, which
// is how the agent finds its processes.
static bool set_group(
    Grpc__Linux *linux_, const char *id, char **group, struct problem *problem) {
    const char *wanted = linux_->cgroupspath;
    size_t size = sizeof GROUPS + ID_MOST + strlen(wanted) + 1;
    *group = need(malloc(size));
    if (*wanted == '\0') {
        snprintf(*group, size, GROUPS "%s", id);
    } else {
        snprintf(*group, size, "%s%s", *wanted == '/' ? "" : "/", wanted);
    }
    linux_->cgroupspath = *group;
    if (strstr(*group, "..") == NULL && strcmp(*group, "/") != 0) return true;
    return wrong(problem, "linux.cgroupsPath is not the path of a control group below the root");
}

static char *to_json(const ProtobufCMessage *message, size_t *length, struct problem *problem) {
    char *json = oci_json(message, length);
    if (json == NULL) wrong(problem, "OCI: a string is not UTF-8");
    return json;
}

static char *config_of(
    const Grpc__CreateContainerRequest *request, Grpc__Spec *spec, struct spaces *spaces,
    struct problem *problem) {
    Grpc__LinuxNamespace mount = GRPC__LINUX_NAMESPACE__INIT, pids = GRPC__LINUX_NAMESPACE__INIT;
    mount.type = "mount";
    pids.type = "pid";
    if (find(spaces, "mount") == NULL) spaces->all[spaces->n++] = &mount;
    Grpc__LinuxNamespace *own = find(spaces, "pid");
    if (own == NULL) spaces->all[spaces->n++] = own = &pids;
    pids.path = own->path;
    for (size_t i = 0; i < spaces->n; i++) {
        if (spaces->all[i] == own) spaces->all[i] = &pids; // must not change the request
    }
    if (request->sandbox_pidns && !join_sandbox_pids(&pids, problem)) return NULL;
    if (find(spaces, "uts") == NULL) spec->hostname = ""; // the container has the sandbox's host name
    spec->linux->namespaces = spaces->all;
    spec->linux->n_namespaces = spaces->n;
    size_t length;
    struct etc etc;
    etc_add(&etc, spec, request);
    char *config = to_json(&spec->base, &length, problem);
    etc_free(&etc);
    return config;
}

char *spec_config(
    const Grpc__CreateContainerRequest *request, char **group, struct problem *problem) {
    *group = NULL;
    if (!check(request->oci, problem)) return NULL;
    Grpc__Spec spec = *request->oci;
    Grpc__Linux linux_ = GRPC__LINUX__INIT;
    if (spec.linux != NULL) linux_ = *spec.linux;
    spec.linux = &linux_;
    if (*spec.version == '\0') spec.version = OCI_VERSION;
    struct spaces spaces = {.all = need(calloc(linux_.n_namespaces + 2, sizeof *spaces.all))};
    for (size_t i = 0; i < linux_.n_namespaces; i++) {
        if (!shared(linux_.namespaces[i])) spaces.all[spaces.n++] = linux_.namespaces[i];
    }
    char *config = NULL;
    if (set_group(&linux_, request->container_id, group, problem)) {
        config = config_of(request, &spec, &spaces, problem);
    }
    free(spaces.all);
    if (config == NULL) {
        free(*group);
        *group = NULL;
    }
    return config;
}

char *spec_process(const Grpc__Process *process, size_t *length, struct problem *problem) {
    return check_process(process, problem) ? to_json(&process->base, length, problem) : NULL;
}
