#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../src/containers/container.h"
#include "../src/generation.h"
#include "../src/services/hooks.h"
#include "../src/status.h"
#include "host.h"
#include "pod.h"
#include "test.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

// Tests what tells a container that its VM was cloned: the generation and the hooks. Part of the tests of containers.

#define MOST 17

typedef Vmfactory__Guest__V1__HookResult hook_result;

static Grpc__Process process;
static char *args[4], *env[1];

static Vmfactory__Guest__V1__Hook hook(char *container, const char *script, uint32_t millis) {
    Vmfactory__Guest__V1__Hook it = VMFACTORY__GUEST__V1__HOOK__INIT;
    pod_fill_process(&process, args, env, script);
    it.name = "test";
    it.container_id = container;
    it.process = &process;
    it.timeout_millis = millis;
    return it;
}

static int call(const char *method, const void *request) {
    return pod_code_of(host_call(pod_fd, GUEST, method, request));
}

// The caller frees the result.
static hook_result *run(const char *script, uint32_t millis) {
    Vmfactory__Guest__V1__Hook it = hook("h", script, millis);
    Ttrpc__Response *response = host_call(pod_fd, GUEST, "RunHook", &it.base);
    CHECK(response->status == NULL);
    hook_result *result =
        vmfactory__guest__v1__hook_result__unpack(NULL, response->payload.len, response->payload.data);
    CHECK(result != NULL && host_code(response) == STATUS_OK);
    return result;
}

static bool wrote(const hook_result *result, const char *text) {
    return result->output.len == strlen(text) && memcmp(result->output.data, text, result->output.len) == 0;
}

static void drop(hook_result *result) { protobuf_c_message_free_unpacked(&result->base, NULL); }

static void a_hook_runs_in_the_container_and_says_how_it_ended(void) {
    hook_result *result = run("echo out; echo err >&2; cat; test -e /plain && exit 7", 0);
    CHECK(result->exit_status == 7 && !result->timed_out && result->output_bytes == 8);
    CHECK(wrote(result, "out\nerr\n") || wrote(result, "err\nout\n"));
    drop(result);
    result = run("kill -15 $$", 0);
    CHECK(result->exit_status == 128 + 15 && !result->timed_out);
    drop(result);
}

static void a_hook_that_hangs_is_killed(void) {
    hook_result *result = run("echo before; exec sleep 100", 300);
    CHECK(result->timed_out && result->exit_status == 128 + 9 && wrote(result, "before\n"));
    drop(result);
}

static void a_hook_that_prints_a_lot_is_not_held_up(void) {
    hook_result *result = run("i=0; while test $i -lt 20000; do echo line $i; echo line $i >&2; i=$((i+1)); done; exit 3", 60000);
    CHECK(result->exit_status == 3 && !result->timed_out);
    CHECK(result->output.len == 4096 && result->output_bytes > 400000);
    CHECK(memcmp(result->output.data + 4096 - 6, "19999\n", 6) == 0);
    drop(result);
    result = run("while true; do echo again; done", 500);
    CHECK(result->timed_out && result->output.len == 4096 && result->output_bytes > 4096);
    drop(result);
}

static void what_is_no_hook_is_refused(void) {
    Vmfactory__Guest__V1__Hook it = hook("no-such", "true", 0);
    CHECK(call("RunHook", &it) == STATUS_NOT_FOUND);
    it = hook("h", "true", 600001);
    CHECK(call("RunHook", &it) == STATUS_INVALID_ARGUMENT && pod_says("timeout_millis"));
    it = hook("h", "true", 0);
    it.process = NULL;
    CHECK(call("RunHook", &it) == STATUS_INVALID_ARGUMENT && pod_says("process"));
    it = hook("h", "true", 0);
    process.n_args = 0;
    CHECK(call("RunHook", &it) == STATUS_INVALID_ARGUMENT && pod_says("process.args"));
    it = hook("h", "true", 0);
    process.terminal = true;
    CHECK(call("RunHook", &it) == STATUS_INVALID_ARGUMENT && pod_says("terminal"));
    it = hook("h", "true", 0);
    args[0] = "/bin/no-such";
    CHECK(call("RunHook", &it) == STATUS_NOT_FOUND && pod_says("/bin/no-such"));
    CHECK(pod_create("made", "sleep 100") == STATUS_OK);
    it = hook("made", "true", 0);
    CHECK(call("RunHook", &it) == STATUS_FAILED_PRECONDITION && pod_says("does not run"));
    CHECK(pod_discard("made") == STATUS_OK);
}

// Registers count hooks, each with this script.
static int set_of(bool rehearsals, const char *script, uint32_t millis, size_t count) {
    Vmfactory__Guest__V1__SetRestoreHooksRequest request =
        VMFACTORY__GUEST__V1__SET_RESTORE_HOOKS_REQUEST__INIT;
    request.rehearsals = rehearsals;
    Vmfactory__Guest__V1__Hook it = hook("h", script, millis), *hooks[MOST];
    for (size_t i = 0; i < count; i++) hooks[i] = &it;
    request.n_hooks = count;
    request.hooks = hooks;
    return call("SetRestoreHooks", &request);
}

static int set(const char *script, uint32_t millis, size_t count) { return set_of(false, script, millis, count); }

static int restore(void) { return call("RunRestoreHooks", NULL); }

static int rehearse(void) {
    Vmfactory__Guest__V1__RunRestoreHooksRequest request = VMFACTORY__GUEST__V1__RUN_RESTORE_HOOKS_REQUEST__INIT;
    request.rehearsals = true;
    return call("RunRestoreHooks", &request);
}

static void hooks_of_a_restore_run_in_order_until_one_fails(void) {
    CHECK(restore() == STATUS_OK && hooks_registered(false) == 0);
    CHECK(set("echo run >>/dev/runs", 0, 2) == STATUS_OK && hooks_registered(false) == 2);
    CHECK(restore() == STATUS_OK && restore() == STATUS_OK);
    hook_result *result = run("wc -l </dev/runs", 0);
    CHECK(wrote(result, "4\n"));
    drop(result);
    CHECK(set("echo once >>/dev/fails; echo \"no licence\"; exit 3", 0, 3) == STATUS_OK);
    CHECK(restore() == STATUS_ABORTED && pod_says("\"test\" of container h ended with status 3") && pod_says("no licence"));
    result = run("wc -l </dev/fails", 0);
    CHECK(wrote(result, "1\n"));
    drop(result);
    CHECK(set("sleep 100", 200, 1) == STATUS_OK && restore() == STATUS_ABORTED && pod_says("time limit"));
    CHECK(set("true", 0, MOST) == STATUS_INVALID_ARGUMENT && pod_says("at most 16"));
    CHECK(hooks_registered(false) == 1); // as before
    CHECK(set("true", 0, 0) == STATUS_OK && hooks_registered(false) == 0 && restore() == STATUS_OK);
}

static void rehearsals_are_beside_the_hooks_of_a_restore(void) {
    CHECK(set("echo run >>/dev/restores", 0, 1) == STATUS_OK && hooks_registered(true) == 0 && rehearse() == STATUS_OK);
    CHECK(set_of(true, "echo run >>/dev/rehearsals", 0, 2) == STATUS_OK);
    CHECK(hooks_registered(false) == 1 && hooks_registered(true) == 2 && rehearse() == STATUS_OK);
    hook_result *result = run("wc -l </dev/rehearsals; ls /dev/restores", 0);
    CHECK(result->exit_status != 0 && strncmp((const char *)result->output.data, "2\n", 2) == 0);
    drop(result);
    CHECK(set_of(true, "exit 5", 0, 1) == STATUS_OK && restore() == STATUS_OK);
    CHECK(rehearse() == STATUS_ABORTED && pod_says("rehearsal \"test\" of container h ended with status 5"));
    CHECK(set_of(true, "true", 0, 0) == STATUS_OK && hooks_registered(true) == 0 && set("true", 0, 0) == STATUS_OK);
}

static void hooks_of_a_container_end_with_it(void) {
    CHECK(set("exit 1", 0, 1) == STATUS_OK && restore() == STATUS_ABORTED);
    CHECK(pod_send_signal("h", "", 9) == STATUS_OK && pod_await("h", "h") == 128 + 9);
    CHECK(hooks_registered(false) == 0 && restore() == STATUS_OK);
    CHECK(pod_discard("h") == STATUS_OK && restore() == STATUS_OK);
    CHECK(set("true", 0, 0) == STATUS_OK);
}

static void a_container_is_removed_while_its_hook_runs(void) {
    uint8_t bytes[4096];
    uint32_t stream;
    pod_run("x", "sleep 100");
    Vmfactory__Guest__V1__Hook it = hook("x", "sleep 100", 0);
    host_send(pod_fd, bytes, host_request(bytes, 90001, GUEST, "RunHook", &it.base));
    host_settle();
    Grpc__RemoveContainerRequest remove_ = GRPC__REMOVE_CONTAINER_REQUEST__INIT;
    remove_.container_id = "x";
    host_send(pod_fd, bytes, host_request(bytes, 90005, AGENT, "RemoveContainer", &remove_.base));
    for (int answers = 0; answers < 2; answers++) {
        Ttrpc__Response *response = host_receive(pod_fd, &stream);
        CHECK(stream == 90001 || stream == 90005);
        CHECK(host_code(response) == STATUS_OK || stream == 90001); // killed, or never made
    }
    CHECK(pod_discard("x") == STATUS_NOT_FOUND);
}

static const char *read_in(const char *id) {
    static char first[64];
    pod_run(id, "cat /run/vmfactory/generation; echo x >/run/vmfactory/generation");
    snprintf(first, sizeof first, "%s", pod_output(id, id, "ReadStdout"));
    CHECK(strstr(pod_output(id, id, "ReadStderr"), "Read-only file system") != NULL);
    CHECK(pod_discard(id) == STATUS_OK);
    return first;
}

static void each_container_can_read_the_generation(void) {
    static const char one[] = "0123456789abcdef0123456789abcdef";
    char text[64] = "";
    generation_start();
    CHECK(strcmp(read_in("g"), "00000000000000000000000000000000\n") == 0);
    pod_run("g", "read line </run/vmfactory/generation; while test $line = 00000000000000000000000000000000; "
        "do sleep 0.05; read line </run/vmfactory/generation; done; echo $line");
    char in_container[96];
    int seen = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    snprintf(
        in_container, sizeof in_container, "/proc/%d/root" GENERATION_FILE, (int)container_find("g")->first->pid);
    CHECK(inotify_add_watch(seen, in_container, IN_MODIFY) >= 0);
    CHECK(generation_set(one) == 0);
    struct pollfd wait = {.fd = seen, .events = POLLIN};
    CHECK(poll(&wait, 1, 0) == 1);
    close(seen);
    CHECK(strncmp(pod_output("g", "g", "ReadStdout"), one, strlen(one)) == 0);
    CHECK(pod_discard("g") == STATUS_OK && strncmp(read_in("g"), one, strlen(one)) == 0);
    int fd = open(GENERATION_FILE, O_RDONLY | O_CLOEXEC);
    CHECK(read(fd, text, sizeof text) == GENERATION_LENGTH + 1);
    close(fd);
}

// What the container mounts itself at that place, or above it and is no tmpfs, stays as it is.
static void the_generation_hides_nothing(void) {
    static char *bind[] = {"bind"};
    struct pod_spec spec;
    for (int i = 0; i < 2; i++) {
        pod_fill(&spec, "g", "ls /run /run/vmfactory; cat /run/vmfactory/generation");
        Grpc__Mount run_ = GRPC__MOUNT__INIT, *mounts[4] = {spec.mounts[0], spec.mounts[1], spec.mounts[2], &run_};
        run_.destination = "/run";
        run_.type = i == 0 ? "tmpfs" : "bind";
        run_.source = i == 0 ? "tmpfs" : "/run/volume";
        run_.options = bind;
        run_.n_options = (size_t)i;
        spec.spec.mounts = mounts;
        spec.spec.n_mounts = 4;
        mkdir("/run/volume", 0755);
        CHECK(pod_create_spec("g", &spec) == STATUS_OK && pod_start("g") == STATUS_OK);
        bool shown = strstr(pod_output("g", "g", "ReadStdout"), "0123456789abcdef\n") != NULL;
        CHECK(shown == (i == 0) && pod_discard("g") == STATUS_OK);
        CHECK(access("/run/volume/vmfactory", F_OK) < 0);
    }
}

void hook_suite(void) {
    pod_run("h", "sleep 1000");
    a_hook_runs_in_the_container_and_says_how_it_ended();
    a_hook_that_hangs_is_killed();
    a_hook_that_prints_a_lot_is_not_held_up();
    what_is_no_hook_is_refused();
    hooks_of_a_restore_run_in_order_until_one_fails();
    rehearsals_are_beside_the_hooks_of_a_restore();
    hooks_of_a_container_end_with_it();
    a_container_is_removed_while_its_hook_runs();
    each_container_can_read_the_generation();
    the_generation_hides_nothing();
}
