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
#include "field.h"
#include "fit.h"
#include "held.h"
#include "home.h"
#include "oci_json.h"
#include "resources.h"
#include "sysctl.h"

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

// A container that names its host or the domain has a UTS namespace of its own, so that the names of the others
// stay.
static bool is_named(const Grpc__Spec *spec) { return *spec->hostname != '\0' || *spec->domainname != '\0'; }

// Returns whether the container uses the sandbox's namespace.
static bool is_shared(const Grpc__LinuxNamespace *space, const Grpc__Spec *spec) {
    if (*space->path != '\0') return false;
    if (strcmp(space->type, "uts") == 0) return !is_named(spec);
    return strcmp(space->type, "network") == 0 || strcmp(space->type, "ipc") == 0;
}

// The namespaces of a container. There is room for those of its spec and for three more.
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

static void choose_spaces(struct spaces *spaces, const Grpc__Spec *spec) {
    static Grpc__LinuxNamespace mount = GRPC__LINUX_NAMESPACE__INIT, uts = GRPC__LINUX_NAMESPACE__INIT;
    mount.type = "mount";
    uts.type = "uts";
    for (size_t i = 0; i < spec->linux->n_namespaces; i++) {
        Grpc__LinuxNamespace *space = spec->linux->namespaces[i];
        if (!is_shared(space, spec)) spaces->all[spaces->n++] = space;
    }
    if (find(spaces, "mount") == NULL) spaces->all[spaces->n++] = &mount;
    if (is_named(spec) && find(spaces, "uts") == NULL) spaces->all[spaces->n++] = &uts;
}

// crun takes the domain as a field and not as a kernel parameter.
static bool set_domain(Grpc__Spec *spec, struct problem *problem) {
    for (size_t i = 0; i < spec->linux->n_sysctl; i++) {
        const Grpc__Linux__SysctlEntry *entry = spec->linux->sysctl[i];
        if (!sysctl_is(entry->key, SYSCTL_DOMAINNAME)) continue;
        if (*spec->domainname != '\0' && strcmp(spec->domainname, entry->value) != 0) {
            return wrong(problem, "linux.sysctl[\"" SYSCTL_DOMAINNAME "\"]: differs from domainname");
        }
        spec->domainname = entry->value;
    }
    return true;
}

char *spec_config(const Grpc__Spec *spec, struct problem *problem) {
    Grpc__Spec config = *spec;
    Grpc__Linux linux_ = *spec->linux;
    size_t length;
    linux_.n_sysctl = 0; // the agent sets them
    config.linux = &linux_;
    return to_json(&config.base, &length, problem);
}

char *spec_config_with_home(const Grpc__Spec *spec, struct problem *problem) {
    struct home home = {0};
    Grpc__Spec config = *spec;
    if (etc_is_covered(spec, "/etc/passwd")) return NULL;
    config.process = (Grpc__Process *)home_add(&home, spec->process, spec->root->path);
    char *json = config.process == spec->process ? NULL : spec_config(&config, problem);
    home_free(&home);
    return json;
}

static void write_config(
    const Grpc__CreateContainerRequest *request, Grpc__Spec *spec, struct spec_made *made,
    struct problem *problem) {
    struct fit fit;
    struct etc etc;
    fit_mounts(&fit, spec);
    etc_add(&etc, spec, request);
    made->spec = message_copy(&spec->base);
    made->config = spec_config(made->spec, problem);
    etc_free(&etc);
    fit_free(&fit);
}

static bool make_config(
    const Grpc__CreateContainerRequest *request, Grpc__Spec *spec, struct spec_made *made,
    struct problem *problem) {
    Grpc__LinuxNamespace pids = GRPC__LINUX_NAMESPACE__INIT;
    struct spaces spaces = {.all = need(calloc(spec->linux->n_namespaces + 3, sizeof *spaces.all))};
    pids.type = "pid";
    choose_spaces(&spaces, spec);
    Grpc__LinuxNamespace *own = find(&spaces, "pid");
    if (own == NULL) spaces.all[spaces.n++] = own = &pids;
    pids.path = own->path;
    for (size_t i = 0; i < spaces.n; i++) {
        if (spaces.all[i] == own) spaces.all[i] = &pids; // must not change the request
    }
    if (!request->sandbox_pidns || join_sandbox_pids(&pids, problem)) {
        spec->linux->namespaces = spaces.all;
        spec->linux->n_namespaces = spaces.n;
        write_config(request, spec, made, problem);
    }
    free(spaces.all);
    return made->config != NULL;
}

// A launcher is found by its descriptor.
static bool has_proc(const Grpc__Spec *spec) {
    for (size_t i = 0; i < spec->n_mounts; i++) {
        if (strcmp(spec->mounts[i]->destination, "/proc") == 0) return true;
    }
    return false;
}

// runc and old versions of crun set this mask if none is asked for; crun 1.21 leaves 0.
static void give_mask(Grpc__Process *process, Grpc__User *user) {
    if (process->user != NULL) *user = *process->user;
    process->user = user;
    if (user->file_mask_case != GRPC__USER__FILE_MASK__NOT_SET) return;
    user->file_mask_case = GRPC__USER__FILE_MASK_UMASK;
    user->umask = 022;
}

bool spec_make(
    const Grpc__CreateContainerRequest *request, struct spec_made *made, struct problem *problem) {
    *made = (struct spec_made){0};
    if (!check(request->oci, problem)) return false;
    Grpc__Spec spec = *request->oci;
    Grpc__Linux linux_ = GRPC__LINUX__INIT;
    Grpc__Process first = *spec.process;
    Grpc__User user = GRPC__USER__INIT;
    give_mask(&first, &user);
    spec.process = &first;
    struct resources resources;
    if (request->program_at_start) {
        if (!has_proc(&spec)) return wrong(problem, "program_at_start: the container has no mount at /proc");
        first.args = held_args;
        first.n_args = HELD_ARGS;
    }
    if (spec.linux != NULL) linux_ = *spec.linux;
    spec.linux = &linux_;
    spec.version = OCI_VERSION;
    // Otherwise crun makes the root private with all that is mounted in it, and forgets what mounts ask for.
    if (*linux_.rootfspropagation == '\0') linux_.rootfspropagation = "private";
    spec.n_annotations = 0;
    bool fits = linux_.resources == NULL || resources_fit(&resources, linux_.resources, problem);
    if (fits && linux_.resources != NULL) linux_.resources = &resources.all;
    bool good = fits && sysctl_check(&linux_, problem) && set_domain(&spec, problem)
        && set_group(&linux_, request->container_id, &made->group, problem)
        && make_config(request, &spec, made, problem);
    if (!good) spec_free(made);
    return good;
}

void spec_free(struct spec_made *made) {
    free(made->config);
    free(made->group);
    if (made->spec != NULL) grpc__spec__free_unpacked(made->spec, NULL);
    *made = (struct spec_made){0};
}

char *spec_process(const Grpc__Process *process, pid_t beside, size_t *length, struct problem *problem) {
    struct home home = {0};
    char root[32];
    if (!check_process(process, problem)) return NULL;
    Grpc__Process masked = *process;
    Grpc__User user = GRPC__USER__INIT;
    give_mask(&masked, &user);
    snprintf(root, sizeof root, "/proc/%d/root", (int)beside);
    process = beside > 0 ? home_add(&home, &masked, root) : &masked;
    char *json = to_json(&process->base, length, problem);
    home_free(&home);
    return json;
}
