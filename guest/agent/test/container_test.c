#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../src/children.h"
#include "../src/containers/cgroup.h"
#include "../src/containers/container.h"
#include "../src/loop.h"
#include "../src/status.h"
#include "host.h"
#include "test.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

// Containers made by the crun of this host, in namespaces of this test's own, where it is PID 1.
// Control groups are those of version 2 that this host has beside its own, without controllers.

#define AGENT "grpc.AgentService"
#define GUEST "vmfactory.guest.v1.Guest"
#define ROOTFS "/run/rootfs"

static int fd;
static char group[64]; // of this test
static char last_error[512];

// Calls.

static int code_of(Ttrpc__Response *response) {
    const char *message = response->status == NULL ? "" : response->status->message;
    snprintf(last_error, sizeof last_error, "%s", message);
    return host_code(response);
}

static int call(const char *method, const void *request) {
    return code_of(host_call(fd, AGENT, method, request));
}

static bool says(const char *text) { return strstr(last_error, text) != NULL; }

// A spec that needs no more than its program.
struct spec {
    Grpc__Spec spec;
    Grpc__Process process;
    Grpc__Root root;
    Grpc__Linux linux_;
    Grpc__Mount places[3], *mounts[3];
    char *args[4], *env[1], group[128];
};

static void fill_process(Grpc__Process *process, char **args, char **env, const char *script) {
    grpc__process__init(process);
    args[0] = "/bin/sh";
    args[1] = "-c";
    args[2] = (char *)script;
    env[0] = "PATH=/bin";
    process->args = args;
    process->n_args = 3;
    process->env = env;
    process->n_env = 1;
    process->cwd = "/";
}

static void fill(struct spec *it, const char *id, const char *script) {
    static const char *const places[][2] = {
        {"/proc", "proc"}, {"/dev", "tmpfs"}, {"/dev/pts", "devpts"}};
    static char *options[] = {"newinstance", "ptmxmode=0666"};
    grpc__spec__init(&it->spec);
    grpc__root__init(&it->root);
    grpc__linux__init(&it->linux_);
    fill_process(&it->process, it->args, it->env, script);
    for (size_t i = 0; i < 3; i++) {
        it->mounts[i] = &it->places[i];
        grpc__mount__init(it->mounts[i]);
        it->places[i].destination = (char *)places[i][0];
        it->places[i].source = it->places[i].type = (char *)places[i][1];
    }
    it->places[2].options = options;
    it->places[2].n_options = 2;
    snprintf(it->group, sizeof it->group, "%s/%s", group, id);
    it->linux_.cgroupspath = it->group;
    it->root.path = ROOTFS;
    it->spec.process = &it->process;
    it->spec.root = &it->root;
    it->spec.linux = &it->linux_;
    it->spec.mounts = it->mounts;
    it->spec.n_mounts = 3;
}

static int create_spec(const char *id, struct spec *spec) {
    Grpc__CreateContainerRequest request = GRPC__CREATE_CONTAINER_REQUEST__INIT;
    request.container_id = (char *)id;
    request.oci = spec == NULL ? NULL : &spec->spec;
    return call("CreateContainer", &request);
}

static int create(const char *id, const char *script) {
    struct spec spec;
    fill(&spec, id, script);
    return create_spec(id, &spec);
}

static int start(const char *id) {
    Grpc__StartContainerRequest request = GRPC__START_CONTAINER_REQUEST__INIT;
    request.container_id = (char *)id;
    return call("StartContainer", &request);
}

static void run(const char *id, const char *script) {
    CHECK(create(id, script) == STATUS_OK);
    CHECK(start(id) == STATUS_OK);
}

static int discard(const char *id) {
    Grpc__RemoveContainerRequest request = GRPC__REMOVE_CONTAINER_REQUEST__INIT;
    request.container_id = (char *)id;
    request.timeout = 10;
    return call("RemoveContainer", &request);
}

static int exec_args(const char *id, const char *exec, const Grpc__Process *process) {
    Grpc__ExecProcessRequest request = GRPC__EXEC_PROCESS_REQUEST__INIT;
    request.container_id = (char *)id;
    request.exec_id = (char *)exec;
    request.process = (Grpc__Process *)process;
    return call("ExecProcess", &request);
}

static int exec(const char *id, const char *exec, const char *script) {
    Grpc__Process process;
    char *args[4], *env[1];
    fill_process(&process, args, env, script);
    return exec_args(id, exec, &process);
}

static int send_signal(const char *id, const char *exec, uint32_t number) {
    Grpc__SignalProcessRequest request = GRPC__SIGNAL_PROCESS_REQUEST__INIT;
    request.container_id = (char *)id;
    request.exec_id = (char *)exec;
    request.signal = number;
    return call("SignalProcess", &request);
}

// The exit status, or -1 - code.
static int await(const char *id, const char *exec) {
    Grpc__WaitProcessRequest request = GRPC__WAIT_PROCESS_REQUEST__INIT;
    request.container_id = (char *)id;
    request.exec_id = (char *)exec;
    Ttrpc__Response *response = host_call(fd, AGENT, "WaitProcess", &request.base);
    if (response->status != NULL) return -1 - code_of(response);
    Grpc__WaitProcessResponse *answer = grpc__wait_process_response__unpack(
        NULL, response->payload.len, response->payload.data);
    int status = answer->status;
    grpc__wait_process_response__free_unpacked(answer, NULL);
    CHECK(host_code(response) == STATUS_OK);
    return status;
}

static Grpc__ReadStreamRequest read_request(const char *id, const char *exec, uint32_t most) {
    Grpc__ReadStreamRequest request = GRPC__READ_STREAM_REQUEST__INIT;
    request.container_id = (char *)id;
    request.exec_id = (char *)exec;
    request.len = most;
    return request;
}

static size_t take_data(Ttrpc__Response *response, char *data, size_t size) {
    CHECK(response->status == NULL);
    Grpc__ReadStreamResponse *answer = grpc__read_stream_response__unpack(
        NULL, response->payload.len, response->payload.data);
    CHECK(answer != NULL);
    size_t length = answer->data.len;
    CHECK(length <= size);
    if (length > 0) memcpy(data, answer->data.data, length);
    grpc__read_stream_response__free_unpacked(answer, NULL);
    CHECK(host_code(response) == STATUS_OK);
    return length;
}

static size_t read_some(
    const char *id, const char *exec, const char *method, char *data, size_t most) {
    Grpc__ReadStreamRequest request = read_request(id, exec, (uint32_t)most);
    return take_data(host_call(fd, AGENT, method, &request.base), data, most);
}

// Everything up to the end, as text.
static const char *output(const char *id, const char *exec, const char *method) {
    static char text[65536];
    size_t length = 0, got;
    while ((got = read_some(id, exec, method, text + length, 4096)) > 0) length += got;
    text[length] = '\0';
    return text;
}

// How many bytes were taken, or -1 - code.
static int put(const char *id, const char *exec, const void *bytes, size_t length) {
    Grpc__WriteStreamRequest request = GRPC__WRITE_STREAM_REQUEST__INIT;
    request.container_id = (char *)id;
    request.exec_id = (char *)exec;
    request.data.data = (uint8_t *)bytes;
    request.data.len = length;
    Ttrpc__Response *response = host_call(fd, AGENT, "WriteStdin", &request.base);
    if (response->status != NULL) return -1 - code_of(response);
    Grpc__WriteStreamResponse *answer = grpc__write_stream_response__unpack(
        NULL, response->payload.len, response->payload.data);
    int taken = (int)answer->len;
    grpc__write_stream_response__free_unpacked(answer, NULL);
    CHECK(host_code(response) == STATUS_OK);
    return taken;
}

static int close_input(const char *id, const char *exec) {
    Grpc__CloseStdinRequest request = GRPC__CLOSE_STDIN_REQUEST__INIT;
    request.container_id = (char *)id;
    request.exec_id = (char *)exec;
    return call("CloseStdin", &request);
}

static int state_of(const char *id) {
    int state = -1;
    Ttrpc__Response *response = host_call(fd, GUEST, "ListContainers", NULL);
    Vmfactory__Guest__V1__ListContainersResponse *list =
        vmfactory__guest__v1__list_containers_response__unpack(
            NULL, response->payload.len, response->payload.data);
    for (size_t i = 0; i < list->n_containers; i++) {
        if (strcmp(list->containers[i]->id, id) == 0) state = (int)list->containers[i]->state;
    }
    vmfactory__guest__v1__list_containers_response__free_unpacked(list, NULL);
    CHECK(host_code(response) == STATUS_OK);
    return state;
}

enum { CREATED = 1, RUNNING, PAUSED, STOPPED };

// Tests.

static void one_lives_from_creation_to_removal(void) {
    CHECK(create("one", "echo out; echo err >&2; exit 3") == STATUS_OK);
    CHECK(state_of("one") == CREATED);
    CHECK(create("one", "true") == STATUS_ALREADY_EXISTS);
    CHECK(start("one") == STATUS_OK);
    CHECK(await("one", "one") == 3 && await("one", "") == 3);
    CHECK(state_of("one") == STOPPED);
    CHECK(start("one") == STATUS_FAILED_PRECONDITION);
    CHECK(exec("one", "late", "true") == STATUS_FAILED_PRECONDITION);
    CHECK(strcmp(output("one", "one", "ReadStdout"), "out\n") == 0);
    CHECK(strcmp(output("one", "one", "ReadStderr"), "err\n") == 0);
    CHECK(*output("one", "one", "ReadStdout") == '\0');
    CHECK(discard("one") == STATUS_OK);
    CHECK(access("/run/kata-containers/one", F_OK) < 0 && access("/run/crun/one", F_OK) < 0);
    CHECK(discard("one") == STATUS_NOT_FOUND && await("one", "one") == -1 - STATUS_NOT_FOUND);
}

static void what_is_no_container_is_refused(void) {
    struct spec spec;
    CHECK(create("../x", "true") == STATUS_INVALID_ARGUMENT);
    CHECK(create("", "true") == STATUS_INVALID_ARGUMENT);
    CHECK(create("sandbox", "true") == STATUS_INVALID_ARGUMENT);
    CHECK(create_spec("x", NULL) == STATUS_INVALID_ARGUMENT);
    fill(&spec, "x", "true");
    spec.spec.process = NULL;
    CHECK(create_spec("x", &spec) == STATUS_INVALID_ARGUMENT && says("process"));
    fill(&spec, "x", "true");
    spec.process.n_args = 0;
    CHECK(create_spec("x", &spec) == STATUS_INVALID_ARGUMENT && says("process.args"));
    fill(&spec, "x", "true");
    spec.root.path = "";
    CHECK(create_spec("x", &spec) == STATUS_INVALID_ARGUMENT && says("root.path"));
    spec.root.path = "/run/no-such";
    CHECK(create_spec("x", &spec) == STATUS_FAILED_PRECONDITION && says("/run/no-such"));
    CHECK(mkdir("/run/empty", 0755) == 0);
    spec.root.path = "/run/empty";
    CHECK(create_spec("x", &spec) == STATUS_FAILED_PRECONDITION && says("empty"));
    fill(&spec, "x", "true");
    strcpy(spec.group, "/a/../../b");
    CHECK(create_spec("x", &spec) == STATUS_INVALID_ARGUMENT && says("cgroupsPath"));
    CHECK(containers_first() == NULL);
}

static int run_program(const char *id, char *program) {
    struct spec spec;
    fill(&spec, id, "");
    spec.args[0] = program;
    spec.process.n_args = 1;
    int code = create_spec(id, &spec);
    return code != STATUS_OK ? code : start(id);
}

static void a_program_that_cannot_be_run_is_told_from_one_that_is_not_there(void) {
    CHECK(run_program("x", "/bin/no-such") == STATUS_NOT_FOUND && says("/bin/no-such"));
    CHECK(run_program("x", "no-such") == STATUS_NOT_FOUND);
    CHECK(run_program("x", "/plain") == STATUS_PERMISSION_DENIED);
    CHECK(run_program("x", "/bin") == STATUS_PERMISSION_DENIED);
    CHECK(containers_first() == NULL);
    // Seen only when it is executed.
    CHECK(run_program("x", "/garbage") == STATUS_PERMISSION_DENIED && says("Exec format error"));
    CHECK(await("x", "x") == 126 && discard("x") == STATUS_OK);
    CHECK(run_program("x", "/interpreted") == STATUS_NOT_FOUND);
    CHECK(await("x", "x") == 127 && discard("x") == STATUS_OK);
    run("x", "sleep 100");
    Grpc__Process process;
    char *args[4], *env[1];
    fill_process(&process, args, env, "");
    process.n_args = 1;
    args[0] = "/bin/no-such";
    CHECK(exec_args("x", "e", &process) == STATUS_NOT_FOUND);
    CHECK(await("x", "e") == -1 - STATUS_NOT_FOUND);
    args[0] = "/plain";
    CHECK(exec_args("x", "e", &process) == STATUS_PERMISSION_DENIED);
    args[0] = "/garbage";
    CHECK(exec_args("x", "e", &process) == STATUS_PERMISSION_DENIED);
    args[0] = "/interpreted";
    CHECK(exec_args("x", "e", &process) == STATUS_NOT_FOUND);
    CHECK(discard("x") == STATUS_OK);
}

static void processes_are_executed_beside_the_first(void) {
    run("x", "sleep 100");
    CHECK(exec("x", "e1", "echo one; exit 1") == STATUS_OK);
    CHECK(exec("x", "e2", "cat; exit 2") == STATUS_OK);
    CHECK(exec("x", "e2", "true") == STATUS_ALREADY_EXISTS);
    CHECK(exec("x", "x", "true") == STATUS_ALREADY_EXISTS);
    CHECK(exec("x", "a/b", "true") == STATUS_INVALID_ARGUMENT);
    CHECK(exec("none", "e", "true") == STATUS_NOT_FOUND);
    CHECK(await("x", "e1") == 1);
    CHECK(strcmp(output("x", "e1", "ReadStdout"), "one\n") == 0);
    CHECK(put("x", "e2", "two", 3) == 3);
    CHECK(close_input("x", "e2") == STATUS_OK);
    CHECK(strcmp(output("x", "e2", "ReadStdout"), "two") == 0);
    CHECK(await("x", "e2") == 2);
    CHECK(put("x", "e2", "x", 1) == -1 - STATUS_FAILED_PRECONDITION);
    CHECK(exec("x", "e1", "exit 5") == STATUS_OK); // its id is free again
    CHECK(await("x", "e1") == 5);
    CHECK(exec("x", "e3", "sleep 100") == STATUS_OK);
    CHECK(send_signal("x", "e3", SIGTERM) == STATUS_OK);
    CHECK(await("x", "e3") == 128 + SIGTERM);
    CHECK(send_signal("x", "e3", SIGTERM) == STATUS_FAILED_PRECONDITION);
    CHECK(send_signal("x", "no", SIGTERM) == STATUS_NOT_FOUND);
    CHECK(send_signal("x", "x", 0) == STATUS_INVALID_ARGUMENT);
    CHECK(state_of("x") == RUNNING);
    CHECK(send_signal("x", "", SIGKILL) == STATUS_OK);
    CHECK(await("x", "x") == 128 + SIGKILL);
    CHECK(discard("x") == STATUS_OK);
}

// Whose end is seen before crun's own, some of the time.
static void ends_of_short_lived_processes_are_not_lost(void) {
    char id[8];
    run("x", "sleep 100");
    for (int i = 0; i < 100; i++) {
        snprintf(id, sizeof id, "e%d", i);
        CHECK(exec("x", id, "exit 7") == STATUS_OK);
        CHECK(await("x", id) == 7);
    }
    CHECK(await("x", "e0") == -1 - STATUS_NOT_FOUND); // only the latest are kept
    CHECK(await("x", "e99") == 7);
    CHECK(discard("x") == STATUS_OK);
}

static void bytes_pass_unchanged(void) {
    static char bytes[256 * 16], back[sizeof bytes];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)(i * 7 + i / 256);
    run("x", "cat");
    for (size_t done = 0; done < sizeof bytes; done += 1024) {
        CHECK(put("x", "x", bytes + done, 1024) == 1024);
    }
    CHECK(close_input("x", "x") == STATUS_OK);
    size_t length = 0, got;
    while ((got = read_some("x", "x", "ReadStdout", back + length, 1000)) > 0) length += got;
    CHECK(length == sizeof bytes && memcmp(bytes, back, length) == 0);
    CHECK(await("x", "x") == 0);
    CHECK(discard("x") == STATUS_OK);
}

static void ask(int from, uint32_t stream, const char *method, const ProtobufCMessage *request) {
    uint8_t bytes[4096];
    host_send(from, bytes, host_request(bytes, stream, AGENT, method, request));
}

static void a_read_that_waits_holds_nobody_up_and_is_answered_when_there_is_data(void) {
    Grpc__ReadStreamRequest request = read_request("x", "x", 100);
    char data[100];
    uint32_t stream;
    run("x", "cat");
    ask(fd, 10001, "ReadStdout", &request.base);
    CHECK(host_code(host_call(fd, CHECK_METHOD, NULL)) == STATUS_OK);
    CHECK(call("ReadStdout", &request) == STATUS_FAILED_PRECONDITION); // one at a time
    int other = host_connect();
    Grpc__WriteStreamRequest write = GRPC__WRITE_STREAM_REQUEST__INIT;
    write.container_id = write.exec_id = "x";
    write.data = (ProtobufCBinaryData){3, (uint8_t *)"abc"};
    CHECK(host_code(host_call(other, AGENT, "WriteStdin", &write.base)) == STATUS_OK);
    CHECK(take_data(host_receive(fd, &stream), data, sizeof data) == 3 && stream == 10001);
    // A host that goes away while it waits takes nothing with it.
    ask(other, 10003, "ReadStdout", &request.base);
    host_settle();
    close(other);
    host_settle();
    CHECK(put("x", "x", "def", 3) == 3);
    CHECK(read_some("x", "x", "ReadStdout", data, sizeof data) == 3 && memcmp(data, "def", 3) == 0);
    CHECK(discard("x") == STATUS_OK);
}

static void a_wait_ends_with_the_removal(void) {
    Grpc__ReadStreamRequest read = read_request("x", "x", 100);
    Grpc__WaitProcessRequest wait = GRPC__WAIT_PROCESS_REQUEST__INIT;
    Grpc__RemoveContainerRequest gone = GRPC__REMOVE_CONTAINER_REQUEST__INIT;
    char data[100];
    uint32_t stream;
    int answers = 0;
    wait.container_id = wait.exec_id = gone.container_id = "x";
    run("x", "cat");
    ask(fd, 10001, "ReadStdout", &read.base);
    ask(fd, 10003, "WaitProcess", &wait.base);
    ask(fd, 10005, "RemoveContainer", &gone.base);
    while (answers < 3) {
        Ttrpc__Response *response = host_receive(fd, &stream);
        answers++;
        if (stream == 10001) {
            CHECK(take_data(response, data, sizeof data) == 0);
        } else {
            CHECK(host_code(response) == STATUS_OK);
        }
    }
    CHECK(containers_first() == NULL);
}

// A process that does not read fills its pipe; what is not taken waits, and goes with its host.
static void input_is_taken_as_it_is_read(void) {
    static uint8_t block[1024];
    int taken = 0;
    run("x", "read line; cat >/dev/null; exit 4");
    Grpc__WriteStreamRequest request = GRPC__WRITE_STREAM_REQUEST__INIT;
    request.container_id = request.exec_id = "x";
    request.data = (ProtobufCBinaryData){sizeof block, block};
    CHECK(send_signal("x", "x", SIGSTOP) == STATUS_OK);
    CHECK(send_signal("x", "", SIGSTOP) == STATUS_OK);
    CHECK(cgroup_set(container_find("x")->group, "cgroup.freeze", "1") == 0);
    int other = host_connect();
    for (int i = 0; i < 64; i++) taken += put("x", "x", block, sizeof block);
    ask(other, 1, "WriteStdin", &request.base);
    CHECK(host_code(host_call(other, CHECK_METHOD, NULL)) == STATUS_OK); // and the write is not answered
    CHECK(put("x", "x", block, 1) == -1 - STATUS_FAILED_PRECONDITION);
    close(other);
    host_settle();
    CHECK(taken == 65536);
    CHECK(cgroup_set(container_find("x")->group, "cgroup.freeze", "0") == 0);
    CHECK(send_signal("x", "", SIGCONT) == STATUS_OK);
    block[0] = '\n';
    CHECK(put("x", "x", block, 1) == 1);
    CHECK(close_input("x", "x") == STATUS_OK && await("x", "x") == 4);
    CHECK(discard("x") == STATUS_OK);
}

static void input_that_is_not_wanted_is_an_error(void) {
    run("x", "exec <&-; echo closed; sleep 100");
    char data[8];
    CHECK(read_some("x", "x", "ReadStdout", data, sizeof data) == 7);
    CHECK(put("x", "x", "abc", 3) == -1 - STATUS_FAILED_PRECONDITION && says("closed"));
    CHECK(discard("x") == STATUS_OK);
}

static void a_terminal_is_read_written_and_resized(void) {
    struct spec spec;
    Grpc__TtyWinResizeRequest resize = GRPC__TTY_WIN_RESIZE_REQUEST__INIT;
    Grpc__Box size = GRPC__BOX__INIT;
    resize.container_id = resize.exec_id = "x";
    resize.row = 40;
    resize.column = 132;
    size.height = 20;
    size.width = 60;
    fill(&spec, "x", "stty -echo; stty size; read a; stty size; echo got $a; cat; test -t 0 && exit 9");
    spec.process.terminal = true;
    spec.process.consolesize = &size;
    CHECK(create_spec("x", &spec) == STATUS_OK && start("x") == STATUS_OK);
    char text[256] = "";
    size_t length = 0;
    while (strstr(text, "20 60") == NULL) {
        length += read_some("x", "x", "ReadStdout", text + length, sizeof text - length - 1);
        text[length] = '\0';
    }
    CHECK(call("TtyWinResize", &resize) == STATUS_OK);
    CHECK(put("x", "x", "abc\n", 4) == 4);
    CHECK(close_input("x", "x") == STATUS_OK); // cat sees the end
    const char *rest = output("x", "x", "ReadStdout");
    CHECK(strstr(rest, "40 132") != NULL && strstr(rest, "got abc") != NULL);
    CHECK(await("x", "x") == 9);
    CHECK(call("TtyWinResize", &resize) == STATUS_FAILED_PRECONDITION);
    CHECK(discard("x") == STATUS_OK);
}

static void a_terminal_of_a_program_that_cannot_be_run_says_why(void) {
    Grpc__Process process;
    char *args[4], *env[1];
    fill_process(&process, args, env, "");
    run("x", "sleep 100");
    process.terminal = true;
    process.n_args = 1;
    args[0] = "/bin/no-such";
    CHECK(exec_args("x", "e", &process) == STATUS_NOT_FOUND && says("e: executable file"));
    args[0] = "/garbage";
    CHECK(exec_args("x", "e", &process) == STATUS_PERMISSION_DENIED);
    CHECK(await("x", "e") == 126);
    fill_process(&process, args, env, "tty; exit 8");
    process.terminal = true;
    CHECK(exec_args("x", "e", &process) == STATUS_OK);
    CHECK(strstr(output("x", "e", "ReadStdout"), "/dev/") != NULL);
    CHECK(await("x", "e") == 8);
    CHECK(discard("x") == STATUS_OK);
}

static int freeze(const char *method, const char *id) {
    Grpc__PauseContainerRequest request = GRPC__PAUSE_CONTAINER_REQUEST__INIT; // resuming has the same
    request.container_id = (char *)id;
    return call(method, &request);
}

static void a_paused_one_stands_still_and_goes_on(void) {
    run("x", "while read a; do echo $a; done");
    CHECK(freeze("PauseContainer", "x") == STATUS_OK && state_of("x") == PAUSED);
    CHECK(cgroup_value(container_find("x")->group, "cgroup.events", "frozen") == 1);
    CHECK(exec("x", "e", "true") == STATUS_FAILED_PRECONDITION && says("paused"));
    CHECK(put("x", "x", "a\n", 2) == 2);
    CHECK(freeze("ResumeContainer", "x") == STATUS_OK && state_of("x") == RUNNING);
    char data[8];
    CHECK(read_some("x", "x", "ReadStdout", data, sizeof data) == 2);
    CHECK(freeze("PauseContainer", "x") == STATUS_OK);
    CHECK(discard("x") == STATUS_OK); // frozen processes can be ended
    CHECK(freeze("PauseContainer", "x") == STATUS_NOT_FOUND);
}

static void its_processes_are_listed(void) {
    run("x", "sleep 100 & sleep 200 & read a");
    Vmfactory__Guest__V1__ListProcessesRequest request =
        VMFACTORY__GUEST__V1__LIST_PROCESSES_REQUEST__INIT;
    request.container_id = "x";
    size_t n = 0;
    while (n < 3) { // until the shell has forked
        Ttrpc__Response *response = host_call(fd, GUEST, "ListProcesses", &request.base);
        Vmfactory__Guest__V1__ListProcessesResponse *list =
            vmfactory__guest__v1__list_processes_response__unpack(
                NULL, response->payload.len, response->payload.data);
        n = list->n_processes;
        CHECK(n >= 1 && list->processes[0]->container_pid == 1);
        CHECK(list->processes[0]->pid == container_find("x")->first->pid);
        CHECK(memcmp(list->processes[0]->command_line.data, "/bin/sh\0-c", 11) == 0);
        CHECK(n < 3 || list->processes[2]->parent_pid == list->processes[0]->pid);
        vmfactory__guest__v1__list_processes_response__free_unpacked(list, NULL);
        CHECK(host_code(response) == STATUS_OK);
    }
    CHECK(discard("x") == STATUS_OK);
}

static void two_share_the_host_name_and_not_the_processes(void) {
    char name[65];
    run("a", "sleep 100");
    run("b", "hostname; ls -d /proc/[0-9]* | wc -l; readlink /proc/self/ns/net");
    CHECK(gethostname(name, sizeof name) == 0);
    const char *text = output("b", "b", "ReadStdout");
    CHECK(strncmp(text, name, strlen(name)) == 0);
    char own[64] = "";
    CHECK(readlink("/proc/self/ns/net", own, sizeof own - 1) > 0 && strstr(text, own) != NULL);
    CHECK(discard("a") == STATUS_OK && discard("b") == STATUS_OK);
}

static void all_go_with_the_sandbox(void) {
    run("a", "sleep 100");
    CHECK(create("b", "sleep 100") == STATUS_OK);
    CHECK(exec("a", "e", "sleep 200") == STATUS_OK);
    Grpc__DestroySandboxRequest destroy = GRPC__DESTROY_SANDBOX_REQUEST__INIT;
    CHECK(call("DestroySandbox", &destroy) == STATUS_OK);
    CHECK(containers_first() == NULL);
    CHECK(create("a", "true") == STATUS_FAILED_PRECONDITION && says("sandbox"));
}

// Setting up.

static void write_file(const char *path, const char *text, mode_t mode) {
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
    CHECK(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
}

static void make_rootfs(void) {
    static const char *const applets[] = {
        "sh", "cat", "echo", "sleep", "ls", "true", "wc", "stty", "tty", "hostname", "readlink", "test",
    };
    char link[64];
    CHECK(mkdir(ROOTFS, 0755) == 0 && mkdir(ROOTFS "/bin", 0755) == 0);
    CHECK(mkdir(ROOTFS "/proc", 0755) == 0 && mkdir(ROOTFS "/dev", 0755) == 0);
    CHECK(system("cp /bin/busybox " ROOTFS "/bin/busybox") == 0);
    for (size_t i = 0; i < sizeof applets / sizeof *applets; i++) {
        snprintf(link, sizeof link, ROOTFS "/bin/%s", applets[i]);
        CHECK(symlink("busybox", link) == 0);
    }
    write_file(ROOTFS "/plain", "x", 0644);
    write_file(ROOTFS "/garbage", "\1\2\3", 0755);
    write_file(ROOTFS "/interpreted", "#!/no/such\n", 0755);
}

// This host may have no controllers for groups of version 2, and no right to filter devices: so crun
// leaves groups alone here, and who starts it puts it into one.
static void lay_over_crun(void) {
    char text[512];
    snprintf(
        text, sizeof text,
        "#!/bin/sh\nfor id; do :; done\nmkdir -p /sys/fs/cgroup%s/$id\n"
        "echo $$ >/sys/fs/cgroup%s/$id/cgroup.procs\nexec /run/crun-of-host --cgroup-manager=disabled \"$@\"\n",
        group, group);
    write_file("/run/crun-of-host", "", 0755);
    write_file("/run/crun-with-group", text, 0755);
    CHECK(mount("/usr/bin/crun", "/run/crun-of-host", NULL, MS_BIND, NULL) == 0);
    CHECK(mount("/run/crun-with-group", "/usr/bin/crun", NULL, MS_BIND, NULL) == 0);
}

static void suite(void) {
    Grpc__CreateSandboxRequest sandbox = GRPC__CREATE_SANDBOX_REQUEST__INIT;
    fd = host_connect();
    CHECK(create("early", "true") == STATUS_FAILED_PRECONDITION);
    CHECK(call("CreateSandbox", &sandbox) == STATUS_OK);
    one_lives_from_creation_to_removal();
    what_is_no_container_is_refused();
    a_program_that_cannot_be_run_is_told_from_one_that_is_not_there();
    processes_are_executed_beside_the_first();
    ends_of_short_lived_processes_are_not_lost();
    bytes_pass_unchanged();
    a_read_that_waits_holds_nobody_up_and_is_answered_when_there_is_data();
    a_wait_ends_with_the_removal();
    input_is_taken_as_it_is_read();
    input_that_is_not_wanted_is_an_error();
    a_terminal_is_read_written_and_resized();
    a_terminal_of_a_program_that_cannot_be_run_says_why();
    a_paused_one_stands_still_and_goes_on();
    its_processes_are_listed();
    two_share_the_host_name_and_not_the_processes();
    all_go_with_the_sandbox();
    close(fd);
    host_settle();
}

// As PID 1, with whom all processes go, however this ends.
static void apart(void) {
    int status;
    snprintf(group, sizeof group, "/vmfactory-agent-test.%d", (int)getpid());
    CHECK(mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL) == 0);
    make_rootfs();
    lay_over_crun();
    CHECK(unshare(CLONE_NEWPID) == 0);
    signal(SIGCHLD, SIG_DFL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        CHECK(mount("proc", "/proc", "proc", 0, NULL) == 0);
        loop_start();
        children_start();
        suite();
        exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    cgroup_remove(group);
    _exit(status == 0 ? 0 : 1); // no leak check: it cannot look into a process that left its namespace
}

void container_tests(void) {
    if (geteuid() == 0) {
        host_apart(apart);
    } else {
        printf("containers: left out, they need root\n");
    }
}
