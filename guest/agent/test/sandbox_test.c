#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../src/file.h"
#include "../src/loop.h"
#include "../src/sandbox/sandbox.h"
#include "../src/status.h"
#include "host.h"
#include "kata/agent.pb-c.h"
#include "kata/csi.pb-c.h"
#include "test.h"

// Tests the sandbox and its calls by frames, in namespaces of the test's own.

#define AGENT "grpc.AgentService"
#define DNS SANDBOX_RESOLV_CONF

static int fd;

// Returns the code of the answer. Its message must contain the text.
static int code(Ttrpc__Response *response, const char *text) {
    if (text != NULL) CHECK(response->status != NULL && strstr(response->status->message, text) != NULL);
    return host_code(response);
}

static int create(const Grpc__CreateSandboxRequest *request, const char *text) {
    return code(host_call(fd, AGENT, "CreateSandbox", &request->base), text);
}

static void destroy(void) {
    CHECK(host_code(host_call(fd, AGENT, "DestroySandbox", NULL)) == STATUS_OK);
    CHECK(!sandbox_present() && access(SANDBOX_DIR, F_OK) < 0);
}

static bool holds(const char *path, const char *text) {
    char found[256];
    return file_read(path, found, sizeof found) >= 0 && strcmp(found, text) == 0;
}

static Grpc__CreateSandboxRequest plain(void) {
    Grpc__CreateSandboxRequest request = GRPC__CREATE_SANDBOX_REQUEST__INIT;
    request.sandbox_id = "box";
    return request;
}

static void it_has_a_name_dns_and_storages_and_all_of_it_goes(void) {
    Grpc__CreateSandboxRequest request = plain();
    Grpc__Storage storage = GRPC__STORAGE__INIT, *storages[] = {&storage};
    char hostname[65];
    storage.driver = "ephemeral";
    storage.fstype = "tmpfs";
    storage.mount_point = SANDBOX_DIR "/sandbox/shm";
    request.hostname = "in-the-box";
    request.n_dns = 2;
    request.dns = (char *[]){"nameserver 10.0.0.1", "search example.org"};
    request.n_storages = 1;
    request.storages = storages;
    CHECK(!sandbox_present());
    CHECK(create(&request, NULL) == STATUS_OK);
    CHECK(sandbox_present());
    CHECK(gethostname(hostname, sizeof hostname) == 0 && strcmp(hostname, "in-the-box") == 0);
    CHECK(holds(DNS, "nameserver 10.0.0.1\nsearch example.org"));
    CHECK(access(storage.mount_point, F_OK) == 0);
    CHECK(sandbox_pid_namespace() == NULL && errno == 0);
    CHECK(create(&request, "this guest has sandbox box") == STATUS_ALREADY_EXISTS);
    destroy();
    destroy();
}

static void what_is_wrong_is_refused_and_nothing_is_left(void) {
    Grpc__CreateSandboxRequest request = plain();
    Grpc__Storage storage = GRPC__STORAGE__INIT, *storages[] = {&storage};
    Grpc__KernelModule module = GRPC__KERNEL_MODULE__INIT, *modules[] = {&module};
    char long_id[200], before[65], after[65];
    gethostname(before, sizeof before);
    request.hostname = "-x";
    CHECK(create(&request, "hostname") == STATUS_INVALID_ARGUMENT);
    request.hostname = "changed";
    request.guest_hook_path = "/hooks";
    CHECK(create(&request, "guest_hook_path") == STATUS_INVALID_ARGUMENT);
    request.guest_hook_path = "";
    request.n_dns = 1;
    request.dns = (char *[]){"a\nb"};
    CHECK(create(&request, "dns") == STATUS_INVALID_ARGUMENT);
    *request.dns = "nameserver ::1";
    memset(long_id, 'x', sizeof long_id);
    long_id[sizeof long_id - 1] = '\0';
    request.sandbox_id = long_id;
    CHECK(create(&request, "sandbox_id") == STATUS_INVALID_ARGUMENT);
    request.sandbox_id = "box";
    request.n_kernel_modules = 1;
    request.kernel_modules = modules;
    const char *no_modules[] = {"no_such_module", "", ".", "../../etc/passwd", "/etc/passwd"};
    for (size_t i = 0; i < sizeof no_modules / sizeof *no_modules; i++) {
        module.name = (char *)no_modules[i];
        CHECK(create(&request, module.name) == STATUS_NOT_FOUND);
    }
    request.n_kernel_modules = 0;
    request.n_storages = 1;
    request.storages = storages;
    request.sandbox_pidns = true;
    storage.driver = "ephemeral";
    storage.mount_point = "/proc";
    CHECK(create(&request, "\"/proc\"") == STATUS_INVALID_ARGUMENT);
    CHECK(!sandbox_present() && access(SANDBOX_DIR, F_OK) < 0);
    CHECK(sandbox_pid_namespace() == NULL && errno == 0);
    CHECK(gethostname(after, sizeof after) == 0 && strcmp(before, after) == 0);
}

static void count(const char *name, void *context) {
    (void)name;
    ++*(int *)context;
}

static ino_t namespace_of(const char *path) {
    struct stat st;
    CHECK(path != NULL && stat(path, &st) == 0);
    return st.st_ino;
}

static pid_t init_of(const char *path) {
    int pid;
    CHECK(sscanf(path, "/proc/%d/ns/pid", &pid) == 1);
    return pid;
}

static bool lives(pid_t pid) { return kill(pid, 0) == 0; }

// Runs the loop until a condition holds, at most 10 s.
static void await(bool (*so)(pid_t pid), pid_t pid) {
    for (int tries = 0; !so(pid); tries++) {
        CHECK(tries < 1000);
        loop_turn(10);
    }
}

static bool is_gone(pid_t pid) { return !lives(pid); }

static pid_t child_of(pid_t parent) {
    char path[64], text[32];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
    return file_read(path, text, sizeof text) > 0 ? atoi(text) : 0;
}

static bool has_child(pid_t pid) { return child_of(pid) > 0; }

// In the namespace, a process ends and leaves a child that lives until the pipe is closed.
static void leave_orphan(const char *namespace, const int pipe_ends[2]) {
    char byte;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child > 0) return;
    int in = open(namespace, O_RDONLY | O_CLOEXEC);
    if (in < 0 || setns(in, CLONE_NEWPID) < 0) _exit(1);
    if (fork() != 0) _exit(0); // the first process in the namespace; its parent is outside
    if (fork() != 0) _exit(0);
    close(pipe_ends[1]);
    _exit(read(pipe_ends[0], &byte, 1) == 0 ? 0 : 1);
}

static void orphans_are_reaped(const char *namespace) {
    int ends[2];
    pid_t init = init_of(namespace);
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    leave_orphan(namespace, ends);
    await(has_child, init);
    pid_t orphan = child_of(init);
    close(ends[0]);
    close(ends[1]);
    await(is_gone, orphan); // a zombie would still exist
    CHECK(lives(init));
}

static void containers_can_share_a_pid_namespace_whose_init_is_made_anew(void) {
    Grpc__CreateSandboxRequest request = plain();
    request.sandbox_pidns = true;
    CHECK(create(&request, NULL) == STATUS_OK);
    const char *path = sandbox_pid_namespace();
    pid_t init = init_of(path);
    CHECK(namespace_of(path) != namespace_of("/proc/self/ns/pid"));
    orphans_are_reaped(path);
    CHECK(kill(init, SIGKILL) == 0);
    await(is_gone, init);
    path = sandbox_pid_namespace();
    CHECK(init_of(path) != init && namespace_of(path) != namespace_of("/proc/self/ns/pid"));
    init = init_of(path);
    destroy();
    await(is_gone, init);
    CHECK(sandbox_pid_namespace() == NULL && errno == 0);
}

static bool sees_nothing(pid_t init) {
    char path[64];
    int entries = 0;
    snprintf(path, sizeof path, "/proc/%d/root", (int)init);
    return file_list(path, count, &entries) && entries == 0;
}

static void the_init_of_the_namespace_has_nothing_open_and_sees_nothing(void) {
    Grpc__CreateSandboxRequest request = plain();
    char path[64];
    int open_files = 0;
    request.sandbox_pidns = true;
    CHECK(create(&request, NULL) == STATUS_OK);
    pid_t init = init_of(sandbox_pid_namespace());
    await(sees_nothing, init);
    snprintf(path, sizeof path, "/proc/%d/fd", (int)init);
    CHECK(file_list(path, count, &open_files) && open_files == 0);
    CHECK(lives(init) && init_of(sandbox_pid_namespace()) == init);
    destroy();
    await(is_gone, init);
}

static void volumes_are_measured(void) {
    Grpc__VolumeStatsRequest request = GRPC__VOLUME_STATS_REQUEST__INIT;
    request.volume_guest_path = "/run/vmfactory/..";
    CHECK(code(host_call(fd, AGENT, "GetVolumeStats", &request.base), "/run/vmfactory/..") == STATUS_INVALID_ARGUMENT);
    request.volume_guest_path = "/run/none";
    CHECK(code(host_call(fd, AGENT, "GetVolumeStats", &request.base), "/run/none") == STATUS_NOT_FOUND);
    CHECK(mkdir("/run/volume", 0755) == 0);
    request.volume_guest_path = "/run/volume";
    Ttrpc__Response *response = host_call(fd, AGENT, "GetVolumeStats", &request.base);
    Grpc__VolumeStatsResponse *stats = grpc__volume_stats_response__unpack(
        NULL, response->payload.len, response->payload.data);
    CHECK(stats != NULL && stats->n_usage == 2);
    CHECK(stats->usage[0]->unit == GRPC__VOLUME_USAGE__UNIT__BYTES);
    CHECK(stats->usage[0]->total >= stats->usage[0]->used + stats->usage[0]->available);
    CHECK(stats->usage[1]->unit == GRPC__VOLUME_USAGE__UNIT__INODES && stats->usage[1]->used > 0);
    grpc__volume_stats_response__free_unpacked(stats, NULL);
    CHECK(host_code(response) == STATUS_OK && rmdir("/run/volume") == 0);
}

static void memory_that_cannot_be_told_of_is_an_error(void) {
    Grpc__MemHotplugByProbeRequest request = GRPC__MEM_HOTPLUG_BY_PROBE_REQUEST__INIT;
    uint64_t addresses[] = {0x100000000};
    request.n_memhotplugprobeaddr = 1;
    request.memhotplugprobeaddr = addresses;
    file_set_root("/run/vmfactory");
    CHECK(
        code(host_call(fd, AGENT, "MemHotplugByProbe", &request.base), "this kernel cannot")
        == STATUS_FAILED_PRECONDITION);
    file_set_root("");
}

static void suite(void) {
    fd = host_connect();
    it_has_a_name_dns_and_storages_and_all_of_it_goes();
    what_is_wrong_is_refused_and_nothing_is_left();
    containers_can_share_a_pid_namespace_whose_init_is_made_anew();
    the_init_of_the_namespace_has_nothing_open_and_sees_nothing();
    volumes_are_measured();
    memory_that_cannot_be_told_of_is_an_error();
    close(fd);
    host_settle();
}

void sandbox_tests(void) { host_apart(suite); }
