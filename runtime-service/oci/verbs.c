#include "verbs.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hooks.h"
#include "message.h"
#include "need.h"
#include "network.h"
#include "options.h"
#include "report.h"
#include "service.h"
#include "standin.h"
#include "state.h"

// A VM is started, perhaps from nothing, and a root file system made into an image.
#define CREATE_SECONDS 600
#define SECONDS 60

static char space[32] = "oci";

// Engines that use different folders have different containers.
void verbs_root(const char *root) {
    if (*root != '\0') snprintf(space, sizeof space, "oci-%08x", text_hash(root));
}

static const char *template = "";

void verbs_template(const char *name) { template = name; }

const char *verbs_space(void) { return space; }

const char *verbs_only_id(char **words) {
    if (words[0] == NULL) stop("the id of the container is missing");
    if (words[1] != NULL) stop("unexpected word: %s", words[1]);
    return words[0];
}

void verbs_write_pid(const char *path, pid_t pid) {
    if (path == NULL) return;
    FILE *file = fopen(path, "w");
    if (file == NULL || fprintf(file, "%d", (int)pid) < 0 || fclose(file) != 0) stop_errno("cannot write %s", path);
}

struct creation {
    const char *bundle, *config, *pid_file, *console, *preserve;
    bool detach, keep;
};

static char **creation_options(struct creation *creation, char **words) {
    const struct option_of options[] = {
        {"bundle", 'b', &creation->bundle, NULL},
        {"config", 'f', &creation->config, NULL},
        {"pid-file", 0, &creation->pid_file, NULL},
        {"console-socket", 0, &creation->console, NULL},
        {"preserve-fds", 0, &creation->preserve, NULL},
        {"detach", 'd', NULL, &creation->detach},
        {"keep", 0, NULL, &creation->keep},
        {"no-pivot", 0, NULL, NULL},
        {"no-new-keyring", 0, NULL, NULL},
        {0},
    };
    words += options_read(words, options);
    if (creation->preserve != NULL && strcmp(creation->preserve, "0") != 0) {
        stop("--preserve-fds: descriptors of the host cannot be in a VM");
    }
    return words;
}

static void warn_of(const char *failure) {
    if (failure != NULL) warn("%s", failure);
}

static int delete(const char *id, bool force) {
    struct bytes reply, request = request_for(space, id);
    put_number(&request, 3, force);
    int code = service_call("DeleteContainer", &request, SECONDS, &reply);
    if (code == NOT_FOUND && force) return 0;
    if (code == NOT_FOUND) stop("container %s does not exist", id);
    if (code != 0) stop("%.*s", (int)reply.length, (const char *)reply.at);
    struct container container = container_in(&reply);
    warn_of(hooks_run(&container, POSTSTOP, "stopped"));
    return 0;
}

// Runs the hooks that belong to the creation. Returns NULL, or why one failed.
static const char *creation_hooks(const struct container *container) {
    const char *failure = hooks_run(container, PRESTART, "creating");
    return failure != NULL ? failure : hooks_run(container, CREATE_RUNTIME, "creating");
}

// Starts a stand-in, and lets the service create the container. Returns the stand-in.
static struct standin created(const struct creation *creation, const char *id, bool session) {
    char bundle[PATH_MAX];
    struct bytes reply, request = request_for(space, id), inner = {0};
    if (realpath(creation->bundle == NULL ? "." : creation->bundle, bundle) == NULL) {
        stop_errno("cannot find the bundle %s", creation->bundle);
    }
    struct standin standin = standin_start(creation->console, session);
    put_text(&request, 3, random_text());
    put_text(&inner, 1, bundle);
    put_number(&inner, 2, (uint64_t)standin.pid);
    put_text(&inner, 4, template);
    put_text(&inner, 5, creation->config == NULL ? "" : creation->config);
    put_message(&request, 14, &inner);
    if (service_call("CreateContainer", &request, CREATE_SECONDS, &reply) != 0) {
        standin_cancel(&standin);
        stop("%.*s", (int)reply.length, (const char *)reply.at);
    }
    struct container container = container_in(&reply);
    struct post post = {space, id, id, container.terminal, false, container.network, container.shares_vm,
                        container.resolv_conf, container.ports, container.port_count};
    const char *failure = standin_post(&standin, &post);
    if (failure == NULL && container.terminal && session && creation->console == NULL) failure = NO_CONSOLE;
    if (failure == NULL) failure = creation_hooks(&container);
    if (failure != NULL) {
        delete(id, true);
        stop("%s", failure);
    }
    if (!container.shares_vm) standin_serve_names(&standin, container.resolv_conf);
    verbs_write_pid(creation->pid_file, standin.pid);
    return standin;
}

static int unconnected; // the stand-in of a container whose network is being connected; 0 = none

static void end_unconnected(void) {
    if (unconnected > 0) kill(unconnected, SIGKILL);
}

// If that fails, the container ends: Docker removes no container that has not ended.
static void connect_network(const char *id, int stand_in) {
    unconnected = stand_in;
    atexit(end_unconnected);
    network_connect(space, id, stand_in);
    unconnected = 0;
}

static void start(const char *id) {
    struct bytes request = request_for(space, id), reply = service_must("GetContainer", &request, SECONDS);
    struct container container = container_in(&reply);
    if (container.state == CREATED && !container.shares_vm) connect_network(id, container.stand_in);
    service_must("StartContainer", &request, SECONDS);
    warn_of(hooks_run(&container, POSTSTART, "running"));
}

int verb_create(char **words) {
    struct creation creation = {0};
    created(&creation, verbs_only_id(creation_options(&creation, words)), true);
    return 0;
}

int verb_start(char **words) {
    start(verbs_only_id(words));
    return 0;
}

static volatile pid_t followed;

static void pass_on(int number) { kill(followed, number); }

// Waits for a child, passes signals on to it, and returns its exit status as a shell would. The keys of a terminal reach
// the child too.
int verbs_await(pid_t child) {
    static const int passed[] = {SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
    int status;
    followed = child;
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++) signal(passed[i], pass_on);
    while (waitpid(child, &status, 0) < 0) continue;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int verb_run(char **words) {
    struct creation creation = {0};
    const char *id = verbs_only_id(creation_options(&creation, words));
    struct standin standin = created(&creation, id, creation.detach);
    start(id);
    if (creation.detach) return 0;
    int status = verbs_await(standin.pid);
    if (!creation.keep) delete(id, true);
    return status;
}

int verb_pause(char **words) {
    struct bytes request = request_for(space, verbs_only_id(words));
    service_must("PauseContainer", &request, SECONDS);
    return 0;
}

int verb_resume(char **words) {
    struct bytes request = request_for(space, verbs_only_id(words));
    service_must("ResumeContainer", &request, SECONDS);
    return 0;
}

int verb_state(char **words) {
    struct bytes request = request_for(space, verbs_only_id(words)), text = {0};
    struct bytes reply = service_must("GetContainer", &request, SECONDS);
    struct container container = container_in(&reply);
    state_json(&text, &container);
    printf("%.*s\n", (int)text.length, (const char *)text.at);
    return 0;
}

int verb_list(char **words) {
    const char *format = "table";
    bool quiet = false;
    const struct option_of options[] = {{"format", 'f', &format, NULL}, {"quiet", 'q', NULL, &quiet}, {0}};
    words += options_read(words, options);
    if (*words != NULL) stop("unexpected word: %s", *words);
    struct bytes request = {0}, text = {0};
    put_text(&request, 1, space);
    struct bytes reply = service_must("ListContainers", &request, SECONDS);
    state_list(&text, &reply, quiet ? "quiet" : format);
    printf("%.*s", (int)text.length, (const char *)text.at);
    return 0;
}

// Signal 0 is sent to no process: it only asks whether there is one. With --all there may be none.
static int probe(const char *id, bool all) {
    struct bytes request = request_for(space, id), reply = service_must("GetContainer", &request, SECONDS);
    struct container container = container_in(&reply);
    if (container.state == STOPPED && !all) stop("container not running: %s has ended", id);
    return 0;
}

int verb_kill(char **words) {
    bool all = false;
    const struct option_of options[] = {{"all", 'a', NULL, &all}, {0}};
    words += options_read(words, options);
    if (words[0] == NULL) stop("the id of the container is missing");
    const char *id = words[0], *name = words[1] == NULL ? "TERM" : words[1];
    int number = state_signal(name);
    if (number < 0) stop("there is no signal %s", name);
    if (number == 0) return probe(id, all);
    struct bytes reply, request = request_for(space, id);
    put_number(&request, 3, (uint64_t)number);
    put_number(&request, 4, all);
    int code = service_call("SignalContainer", &request, SECONDS, &reply);
    if (code == NOT_FOUND) stop("container %s does not exist", id);
    if (code != 0) stop("container not running: %.*s", (int)reply.length, (const char *)reply.at);
    return 0;
}

// Returns whether a container can be deleted that is not stopped, as in other runtimes: its program has not begun, or an
// engine that waits for the stand-in has seen its end, a moment before the service has recorded it.
static bool does_nothing(const char *id) {
    struct bytes reply, request = request_for(space, id);
    struct container container;
    if (service_call("GetContainer", &request, SECONDS, &reply) != 0 || !container_read(&reply, &container)) return false;
    if (container.state == CREATED) return true;
    return container.stand_in > 0 && kill(container.stand_in, 0) < 0 && errno == ESRCH;
}

int verb_delete(char **words) {
    bool force = false;
    const struct option_of options[] = {{"force", 'f', NULL, &force}, {0}};
    words += options_read(words, options);
    const char *id = verbs_only_id(words);
    return delete(id, force || does_nothing(id));
}

// The processes of this host that stand for the container.
int verb_ps(char **words) {
    const char *format = "table";
    const struct option_of options[] = {{"format", 'f', &format, NULL}, {0}};
    words += options_read(words, options);
    struct bytes request = request_for(space, verbs_only_id(words)), reply = service_must("GetContainer", &request, SECONDS);
    printf(strcmp(format, "json") == 0 ? "[%d]\n" : "PID\n%d\n", container_in(&reply).stand_in);
    return 0;
}

int verb_features(char **words) {
    if (*words != NULL) stop("unexpected word: %s", *words);
    printf("{\"ociVersionMin\":\"1.0.0\",\"ociVersionMax\":\"1.0.2\",\"hooks\":[\"prestart\",\"createRuntime\",\"poststart\",\"poststop\"],"
           "\"linux\":{\"namespaces\":[\"mount\",\"pid\",\"ipc\",\"uts\",\"network\"],"
           "\"cgroup\":{\"v1\":false,\"v2\":false,\"systemd\":false,\"systemdUser\":false},"
           "\"seccomp\":{\"enabled\":true},\"apparmor\":{\"enabled\":false},\"selinux\":{\"enabled\":false}}}\n");
    return 0;
}
