#include <errno.h>
#include <fcntl.h>
#include <poll.h>
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
#include "../src/containers/held.h"
#include "../src/containers/launch.h"
#include "../src/loop.h"
#include "../src/status.h"
#include "host.h"
#include "pod.h"
#include "test.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

// Tests containers with this host's crun, in namespaces of the test's own, where the test is PID 1. Their
// control groups are those of version 2 that this host has beside its own, without controllers.

#define GROUP_MS 5000 // for the last process of a group to be counted no more

static void write_file(const char *path, const char *text, mode_t mode) {
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
    CHECK(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
}

static void one_lives_from_creation_to_removal(void) {
    CHECK(pod_create("one", "echo out; echo err >&2; exit 3") == STATUS_OK);
    CHECK(pod_state_of("one") == CREATED);
    CHECK(pod_create("one", "true") == STATUS_ALREADY_EXISTS);
    CHECK(pod_start("one") == STATUS_OK);
    CHECK(pod_await("one", "one") == 3 && pod_await("one", "") == 3);
    CHECK(pod_state_of("one") == STOPPED);
    CHECK(pod_start("one") == STATUS_FAILED_PRECONDITION);
    CHECK(pod_exec("one", "late", "true") == STATUS_FAILED_PRECONDITION);
    CHECK(strcmp(pod_output("one", "one", "ReadStdout"), "out\n") == 0);
    CHECK(strcmp(pod_output("one", "one", "ReadStderr"), "err\n") == 0);
    CHECK(*pod_output("one", "one", "ReadStdout") == '\0');
    CHECK(pod_discard("one") == STATUS_OK);
    CHECK(access("/run/kata-containers/one", F_OK) < 0 && access("/run/crun/one", F_OK) < 0);
    CHECK(pod_discard("one") == STATUS_NOT_FOUND && pod_await("one", "one") == -1 - STATUS_NOT_FOUND);
}

static void what_is_no_container_is_refused(void) {
    struct pod_spec spec;
    CHECK(pod_create("../x", "true") == STATUS_INVALID_ARGUMENT);
    CHECK(pod_create("", "true") == STATUS_INVALID_ARGUMENT);
    CHECK(pod_create("sandbox", "true") == STATUS_INVALID_ARGUMENT);
    CHECK(pod_create_spec("x", NULL) == STATUS_INVALID_ARGUMENT);
    pod_fill(&spec, "x", "true");
    spec.spec.process = NULL;
    CHECK(pod_create_spec("x", &spec) == STATUS_INVALID_ARGUMENT && pod_says("process"));
    pod_fill(&spec, "x", "true");
    spec.process.n_args = 0;
    CHECK(pod_create_spec("x", &spec) == STATUS_INVALID_ARGUMENT && pod_says("process.args"));
    static const uint32_t no_ids[] = {2147483648u, 4294967294u, 4294967295u};
    for (size_t i = 0; i < sizeof no_ids / sizeof *no_ids; i++) {
        Grpc__User user = GRPC__USER__INIT;
        uint32_t groups[] = {0, no_ids[i]};
        pod_fill(&spec, "x", "true");
        spec.process.user = &user;
        user.uid = no_ids[i];
        CHECK(pod_create_spec("x", &spec) == STATUS_INVALID_ARGUMENT && pod_says("process.user.uid: must be"));
        user.uid = 0;
        user.gid = no_ids[i];
        CHECK(pod_create_spec("x", &spec) == STATUS_INVALID_ARGUMENT && pod_says("process.user.gid: must be"));
        user.gid = 0;
        user.additionalgids = groups;
        user.n_additionalgids = 2;
        CHECK(pod_create_spec("x", &spec) == STATUS_INVALID_ARGUMENT && pod_says("additionalGids: must be"));
    }
    pod_fill(&spec, "x", "true");
    spec.root.path = "";
    CHECK(pod_create_spec("x", &spec) == STATUS_INVALID_ARGUMENT && pod_says("root.path"));
    spec.root.path = "/run/no-such";
    CHECK(pod_create_spec("x", &spec) == STATUS_FAILED_PRECONDITION && pod_says("/run/no-such"));
    CHECK(mkdir("/run/empty", 0755) == 0);
    spec.root.path = "/run/empty";
    CHECK(pod_create_spec("x", &spec) == STATUS_FAILED_PRECONDITION && pod_says("empty"));
    pod_fill(&spec, "x", "true");
    strcpy(spec.group, "/a/../../b");
    CHECK(pod_create_spec("x", &spec) == STATUS_INVALID_ARGUMENT && pod_says("cgroupsPath"));
    CHECK(containers_first() == NULL);
}

static int run_program(const char *id, char *program) {
    struct pod_spec spec;
    pod_fill(&spec, id, "");
    spec.args[0] = program;
    spec.process.n_args = 1;
    int code = pod_create_spec(id, &spec);
    return code != STATUS_OK ? code : pod_start(id);
}

static void a_program_that_cannot_be_run_is_told_from_one_that_is_not_there(void) {
    CHECK(run_program("x", "/bin/no-such") == STATUS_NOT_FOUND && pod_says("/bin/no-such"));
    CHECK(run_program("x", "no-such") == STATUS_NOT_FOUND);
    CHECK(run_program("x", "/plain") == STATUS_PERMISSION_DENIED);
    CHECK(run_program("x", "/bin") == STATUS_PERMISSION_DENIED);
    CHECK(containers_first() == NULL);
    // The failure shows only when the kernel executes the program.
    CHECK(run_program("x", "/garbage") == STATUS_PERMISSION_DENIED && pod_says("Exec format error"));
    CHECK(pod_await("x", "x") == 126 && pod_discard("x") == STATUS_OK);
    CHECK(run_program("x", "/interpreted") == STATUS_NOT_FOUND);
    CHECK(pod_await("x", "x") == 127 && pod_discard("x") == STATUS_OK);
    pod_run("x", "sleep 100");
    Grpc__Process process;
    char *args[4], *env[1];
    pod_fill_process(&process, args, env, "");
    process.n_args = 1;
    args[0] = "/bin/no-such";
    CHECK(pod_exec_args("x", "e", &process) == STATUS_NOT_FOUND);
    CHECK(pod_await("x", "e") == -1 - STATUS_NOT_FOUND);
    args[0] = "/plain";
    CHECK(pod_exec_args("x", "e", &process) == STATUS_PERMISSION_DENIED);
    args[0] = "/garbage";
    CHECK(pod_exec_args("x", "e", &process) == STATUS_PERMISSION_DENIED);
    args[0] = "/interpreted";
    CHECK(pod_exec_args("x", "e", &process) == STATUS_NOT_FOUND);
    CHECK(pod_discard("x") == STATUS_OK);
}

static void processes_are_executed_beside_the_first(void) {
    pod_run("x", "sleep 100");
    CHECK(pod_exec("x", "e1", "echo one; exit 1") == STATUS_OK);
    CHECK(pod_exec("x", "e2", "cat; exit 2") == STATUS_OK);
    CHECK(pod_exec("x", "e2", "true") == STATUS_ALREADY_EXISTS);
    CHECK(pod_exec("x", "x", "true") == STATUS_ALREADY_EXISTS);
    CHECK(pod_exec("x", "a/b", "true") == STATUS_INVALID_ARGUMENT);
    CHECK(pod_exec("none", "e", "true") == STATUS_NOT_FOUND);
    CHECK(pod_await("x", "e1") == 1);
    CHECK(strcmp(pod_output("x", "e1", "ReadStdout"), "one\n") == 0);
    CHECK(pod_put("x", "e2", "two", 3) == 3);
    CHECK(pod_close_input("x", "e2") == STATUS_OK);
    CHECK(strcmp(pod_output("x", "e2", "ReadStdout"), "two") == 0);
    CHECK(pod_await("x", "e2") == 2);
    CHECK(pod_put("x", "e2", "x", 1) == -1 - STATUS_FAILED_PRECONDITION);
    CHECK(pod_exec("x", "e1", "exit 5") == STATUS_OK); // the id is free again
    CHECK(pod_await("x", "e1") == 5);
    CHECK(pod_exec("x", "e3", "sleep 100") == STATUS_OK);
    CHECK(pod_send_signal("x", "e3", SIGTERM) == STATUS_OK);
    CHECK(pod_await("x", "e3") == 128 + SIGTERM);
    CHECK(pod_send_signal("x", "e3", SIGTERM) == STATUS_FAILED_PRECONDITION);
    CHECK(pod_send_signal("x", "no", SIGTERM) == STATUS_NOT_FOUND);
    CHECK(pod_send_signal("x", "x", 0) == STATUS_INVALID_ARGUMENT);
    CHECK(pod_state_of("x") == RUNNING);
    CHECK(pod_send_signal("x", "", SIGKILL) == STATUS_OK);
    CHECK(pod_await("x", "x") == 128 + SIGKILL);
    CHECK(pod_discard("x") == STATUS_OK);
}

// The agent sometimes sees the end of the process before the end of crun.
static void ends_of_short_lived_processes_are_not_lost(void) {
    char id[16];
    pod_run("x", "sleep 100");
    for (int i = 0; i < 100; i++) {
        snprintf(id, sizeof id, "e%d", i);
        CHECK(pod_exec("x", id, "exit 7") == STATUS_OK);
        CHECK(pod_await("x", id) == 7);
    }
    CHECK(pod_await("x", "e0") == -1 - STATUS_NOT_FOUND); // the agent keeps only the latest
    CHECK(pod_await("x", "e99") == 7);
    CHECK(pod_discard("x") == STATUS_OK);
}

static void bytes_pass_unchanged(void) {
    static char bytes[256 * 16], back[sizeof bytes];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)(i * 7 + i / 256);
    pod_run("x", "cat");
    for (size_t done = 0; done < sizeof bytes; done += 1024) {
        CHECK(pod_put("x", "x", bytes + done, 1024) == 1024);
    }
    CHECK(pod_close_input("x", "x") == STATUS_OK);
    size_t length = 0, got;
    while ((got = pod_read_some("x", "x", "ReadStdout", back + length, 1000)) > 0) length += got;
    CHECK(length == sizeof bytes && memcmp(bytes, back, length) == 0);
    CHECK(pod_await("x", "x") == 0);
    CHECK(pod_discard("x") == STATUS_OK);
}

static void ask(int from, uint32_t stream, const char *method, const ProtobufCMessage *request) {
    uint8_t bytes[4096];
    host_send(from, bytes, host_request(bytes, stream, AGENT, method, request));
}

static void a_read_that_waits_holds_nobody_up_and_is_answered_when_there_is_data(void) {
    Grpc__ReadStreamRequest request = pod_read_request("x", "x", 100);
    char data[100];
    uint32_t stream;
    pod_run("x", "cat");
    ask(pod_fd, 10001, "ReadStdout", &request.base);
    CHECK(host_code(host_call(pod_fd, CHECK_METHOD, NULL)) == STATUS_OK);
    CHECK(pod_call("ReadStdout", &request) == STATUS_FAILED_PRECONDITION); // only one call may wait
    int other = host_connect();
    Grpc__WriteStreamRequest write = GRPC__WRITE_STREAM_REQUEST__INIT;
    write.container_id = write.exec_id = "x";
    write.data = (ProtobufCBinaryData){3, (uint8_t *)"abc"};
    CHECK(host_code(host_call(other, AGENT, "WriteStdin", &write.base)) == STATUS_OK);
    CHECK(pod_take_data(host_receive(pod_fd, &stream), data, sizeof data) == 3 && stream == 10001);
    // A host that disconnects while its call waits loses no data.
    ask(other, 10003, "ReadStdout", &request.base);
    host_settle();
    close(other);
    host_settle();
    CHECK(pod_put("x", "x", "def", 3) == 3);
    CHECK(pod_read_some("x", "x", "ReadStdout", data, sizeof data) == 3 && memcmp(data, "def", 3) == 0);
    CHECK(pod_discard("x") == STATUS_OK);
}

static void a_wait_ends_with_the_removal(void) {
    Grpc__ReadStreamRequest read = pod_read_request("x", "x", 100);
    Grpc__WaitProcessRequest wait = GRPC__WAIT_PROCESS_REQUEST__INIT;
    Grpc__RemoveContainerRequest gone = GRPC__REMOVE_CONTAINER_REQUEST__INIT;
    char data[100];
    uint32_t stream;
    int answers = 0;
    wait.container_id = wait.exec_id = gone.container_id = "x";
    pod_run("x", "cat");
    ask(pod_fd, 10001, "ReadStdout", &read.base);
    ask(pod_fd, 10003, "WaitProcess", &wait.base);
    ask(pod_fd, 10005, "RemoveContainer", &gone.base);
    while (answers < 3) {
        Ttrpc__Response *response = host_receive(pod_fd, &stream);
        answers++;
        if (stream == 10001) {
            CHECK(pod_take_data(response, data, sizeof data) == 0);
        } else {
            CHECK(host_code(response) == STATUS_OK);
        }
    }
    CHECK(containers_first() == NULL);
}

// A process that does not read fills its pipe. A call with further bytes waits, and ends with its host.
static void input_is_taken_as_it_is_read(void) {
    static uint8_t block[1024];
    int taken = 0;
    pod_run("x", "read line; cat >/dev/null; exit 4");
    Grpc__WriteStreamRequest request = GRPC__WRITE_STREAM_REQUEST__INIT;
    request.container_id = request.exec_id = "x";
    request.data = (ProtobufCBinaryData){sizeof block, block};
    CHECK(pod_send_signal("x", "x", SIGSTOP) == STATUS_OK);
    CHECK(pod_send_signal("x", "", SIGSTOP) == STATUS_OK);
    CHECK(cgroup_set(container_find("x")->group, "cgroup.freeze", "1") == 0);
    int other = host_connect();
    for (int i = 0; i < 64; i++) taken += pod_put("x", "x", block, sizeof block);
    ask(other, 1, "WriteStdin", &request.base);
    CHECK(host_code(host_call(other, CHECK_METHOD, NULL)) == STATUS_OK); // and the write got no answer
    CHECK(pod_put("x", "x", block, 1) == -1 - STATUS_FAILED_PRECONDITION);
    close(other);
    host_settle();
    CHECK(taken == 65536);
    CHECK(cgroup_set(container_find("x")->group, "cgroup.freeze", "0") == 0);
    CHECK(pod_send_signal("x", "", SIGCONT) == STATUS_OK);
    block[0] = '\n';
    CHECK(pod_put("x", "x", block, 1) == 1);
    CHECK(pod_close_input("x", "x") == STATUS_OK && pod_await("x", "x") == 4);
    CHECK(pod_discard("x") == STATUS_OK);
}

static void input_that_is_not_wanted_is_an_error(void) {
    pod_run("x", "exec <&-; echo closed; sleep 100");
    char data[8];
    CHECK(pod_read_some("x", "x", "ReadStdout", data, sizeof data) == 7);
    CHECK(pod_put("x", "x", "abc", 3) == -1 - STATUS_FAILED_PRECONDITION && pod_says("closed"));
    CHECK(pod_discard("x") == STATUS_OK);
}

static void a_terminal_is_read_written_and_resized(void) {
    struct pod_spec spec;
    Grpc__TtyWinResizeRequest resize = GRPC__TTY_WIN_RESIZE_REQUEST__INIT;
    Grpc__Box size = GRPC__BOX__INIT;
    resize.container_id = resize.exec_id = "x";
    resize.row = 40;
    resize.column = 132;
    size.height = 20;
    size.width = 60;
    pod_fill(&spec, "x", "stty -echo; stty size; read a; stty size; echo got $a; cat; test -t 0 && exit 9");
    spec.process.terminal = true;
    spec.process.consolesize = &size;
    CHECK(pod_create_spec("x", &spec) == STATUS_OK && pod_start("x") == STATUS_OK);
    char text[256] = "";
    size_t length = 0;
    while (strstr(text, "20 60") == NULL) {
        length += pod_read_some("x", "x", "ReadStdout", text + length, sizeof text - length - 1);
        text[length] = '\0';
    }
    CHECK(pod_call("TtyWinResize", &resize) == STATUS_OK);
    CHECK(pod_put("x", "x", "abc\n", 4) == 4);
    CHECK(pod_close_input("x", "x") == STATUS_OK); // cat sees the end of its input
    const char *rest = pod_output("x", "x", "ReadStdout");
    CHECK(strstr(rest, "40 132") != NULL && strstr(rest, "got abc") != NULL);
    CHECK(pod_await("x", "x") == 9);
    CHECK(pod_call("TtyWinResize", &resize) == STATUS_FAILED_PRECONDITION);
    CHECK(pod_discard("x") == STATUS_OK);
}

static void a_terminal_of_a_program_that_cannot_be_run_says_why(void) {
    Grpc__Process process;
    char *args[4], *env[1];
    pod_fill_process(&process, args, env, "");
    pod_run("x", "sleep 100");
    process.terminal = true;
    process.n_args = 1;
    args[0] = "/bin/no-such";
    CHECK(pod_exec_args("x", "e", &process) == STATUS_NOT_FOUND && pod_says("/bin/no-such: command not found"));
    args[0] = "/garbage";
    CHECK(pod_exec_args("x", "e", &process) == STATUS_PERMISSION_DENIED);
    CHECK(pod_await("x", "e") == 126);
    pod_fill_process(&process, args, env, "tty; exit 8");
    process.terminal = true;
    CHECK(pod_exec_args("x", "e", &process) == STATUS_OK);
    CHECK(strstr(pod_output("x", "e", "ReadStdout"), "/dev/") != NULL);
    CHECK(pod_await("x", "e") == 8);
    CHECK(pod_discard("x") == STATUS_OK);
}

// The first process and what "exec" changes of it, as /proc shows it.
#define SHOWN "cat /proc/self/status /proc/self/limits /proc/self/oom_score_adj | grep -E " \
    "'^(Uid|Gid|Groups|CapPrm|CapEff|CapBnd|NoNewPrivs|Seccomp):|open files|^[0-9]'; echo $A; pwd"

static void fill_strict(struct pod_spec *spec, Grpc__User *user, Grpc__LinuxCapabilities *none, Grpc__POSIXRlimit *files) {
    static uint32_t groups[] = {7, 8};
    static char *env[] = {"PATH=/bin", "A=first"};
    static Grpc__POSIXRlimit *limits[1];
    grpc__user__init(user);
    grpc__linux_capabilities__init(none);
    grpc__posixrlimit__init(files);
    user->uid = user->gid = 1000;
    user->additionalgids = groups;
    user->n_additionalgids = 2;
    files->type = "RLIMIT_NOFILE";
    files->soft = files->hard = 64;
    limits[0] = files;
    pod_fill(spec, "x", SHOWN "; read a");
    spec->process.user = user;
    spec->process.capabilities = none;
    spec->process.nonewprivileges = true;
    spec->process.rlimits = limits;
    spec->process.n_rlimits = 1;
    spec->process.oomscoreadj = 500;
    spec->process.env = env;
    spec->process.n_env = 2;
    spec->process.cwd = "/bin";
}

static void an_exec_begins_from_the_first_process(void) {
    struct pod_spec spec;
    Grpc__User user;
    Grpc__LinuxCapabilities none;
    Grpc__POSIXRlimit files;
    Grpc__Process process = GRPC__PROCESS__INIT;
    char *args[] = {"sh", "-c", SHOWN}, first[4096], *env[] = {"PATH=/bin", "A=other"};
    fill_strict(&spec, &user, &none, &files);
    CHECK(pod_create_spec("x", &spec) == STATUS_OK && pod_start("x") == STATUS_OK);
    size_t length = 0;
    do {
        length += pod_read_some("x", "x", "ReadStdout", first + length, sizeof first - length - 1);
        first[length] = '\0';
    } while (strstr(first, "/bin\n") == NULL);
    CHECK(strstr(first, "Uid:\t1000\t") != NULL && strstr(first, "Groups:\t7 8 ") != NULL);
    CHECK(strstr(first, "NoNewPrivs:\t1") != NULL && strstr(first, "CapBnd:\t0000000000000000") != NULL);
    CHECK(strstr(first, " 64 ") != NULL && strstr(first, "\n500\n") != NULL && strstr(first, "\nfirst\n") != NULL);
    process.args = args;
    process.n_args = 3;
    CHECK(pod_exec_args("x", "like", &process) == STATUS_OK);
    CHECK(strcmp(pod_output("x", "like", "ReadStdout"), first) == 0);
    grpc__user__init(&user);
    process.user = &user;
    process.env = env;
    process.n_env = 2;
    process.cwd = "/";
    CHECK(pod_exec_args("x", "other", &process) == STATUS_OK);
    const char *text = pod_output("x", "other", "ReadStdout");
    CHECK(strstr(text, "Uid:\t0\t") != NULL && strstr(text, "\nother\n/\n") != NULL);
    CHECK(strstr(text, "NoNewPrivs:\t1") != NULL && strstr(text, "CapBnd:\t0000000000000000") != NULL);
    CHECK(pod_discard("x") == STATUS_OK);
}

static void check_home(const char *exec, uint32_t uid, const char *home) {
    Grpc__Process process = GRPC__PROCESS__INIT;
    Grpc__User user = GRPC__USER__INIT;
    char *args[] = {"sh", "-c", "echo $HOME"};
    user.uid = uid;
    process.user = &user;
    process.args = args;
    process.n_args = 3;
    CHECK(pod_exec_args("x", exec, &process) == STATUS_OK);
    CHECK(strcmp(pod_output("x", exec, "ReadStdout"), home) == 0);
}

static void a_user_without_an_account_has_a_home(void) {
    struct pod_spec spec;
    Grpc__User user = GRPC__USER__INIT;
    user.uid = 4321;
    CHECK(mkdir(ROOTFS "/etc", 0755) == 0 || errno == EEXIST);
    write_file(ROOTFS "/etc/passwd", "root:x:0:0::/of-root:\nann:x:1000:1000::/of-ann:\n", 0644);
    pod_fill(&spec, "x", "echo $HOME; sleep 1000");
    spec.process.user = &user;
    CHECK(pod_create_spec("x", &spec) == STATUS_OK && pod_start("x") == STATUS_OK);
    char first[16] = "";
    CHECK(pod_read_some("x", "x", "ReadStdout", first, sizeof first - 1) == 2 && strcmp(first, "/\n") == 0);
    check_home("none", 4321, "/\n");
    check_home("ann", 1000, "/of-ann\n");
    check_home("root", 0, "/of-root\n");
    unlink(ROOTFS "/etc/passwd");
    check_home("all", 1000, "/\n");
    CHECK(pod_discard("x") == STATUS_OK);
}

static void an_exec_has_the_mask_for_new_files_of_the_first_process(void) {
    struct pod_spec spec;
    Grpc__User user = GRPC__USER__INIT, other = GRPC__USER__INIT;
    Grpc__Process process;
    char *args[4], *env[1];
    user.file_mask_case = GRPC__USER__FILE_MASK_UMASK;
    user.umask = 0;
    pod_fill(&spec, "x", "sleep 100");
    spec.process.user = &user;
    CHECK(pod_create_spec("x", &spec) == STATUS_OK && pod_start("x") == STATUS_OK);
    CHECK(pod_exec("x", "e1", "umask") == STATUS_OK);
    CHECK(strcmp(pod_output("x", "e1", "ReadStdout"), "0000\n") == 0);
    pod_fill_process(&process, args, env, "umask; id -u");
    process.user = &other;
    other.uid = 1000;
    CHECK(pod_exec_args("x", "e2", &process) == STATUS_OK);
    CHECK(strcmp(pod_output("x", "e2", "ReadStdout"), "0000\n1000\n") == 0);
    other.file_mask_case = GRPC__USER__FILE_MASK_UMASK;
    other.umask = 077;
    CHECK(pod_exec_args("x", "e3", &process) == STATUS_OK);
    CHECK(strcmp(pod_output("x", "e3", "ReadStdout"), "0077\n1000\n") == 0);
    CHECK(pod_discard("x") == STATUS_OK);
    pod_run("x", "umask; read a"); // neither has a user
    char mask[6] = "";
    CHECK(pod_read_some("x", "x", "ReadStdout", mask, 5) == 5 && strcmp(mask, "0022\n") == 0);
    CHECK(pod_exec("x", "e", "umask") == STATUS_OK);
    CHECK(strcmp(pod_output("x", "e", "ReadStdout"), "0022\n") == 0);
    CHECK(pod_discard("x") == STATUS_OK);
}

// "true": the shell of busybox ignores SIGQUIT, and so does a program that it executes without a fork.
#define SIGNALS "grep -E '^Sig(Blk|Ign)' /proc/self/status; true"

static void no_signal_is_blocked_or_ignored(void) {
    static const char none[] = "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n";
    pod_run("x", SIGNALS "; read a");
    char first[sizeof none];
    size_t length = 0;
    while (length < sizeof first - 1) length += pod_read_some("x", "x", "ReadStdout", first + length, 1);
    first[length] = '\0';
    CHECK(strcmp(first, none) == 0);
    CHECK(pod_exec("x", "e", SIGNALS) == STATUS_OK);
    CHECK(strcmp(pod_output("x", "e", "ReadStdout"), none) == 0);
    CHECK(pod_discard("x") == STATUS_OK);
}

static void an_exec_has_a_session_of_its_own(void) {
    pod_run("x", "sleep 100");
    CHECK(pod_exec("x", "e1", "sleep 100") == STATUS_OK && pod_exec("x", "e2", "sleep 100") == STATUS_OK);
    struct container *container = container_find("x");
    pid_t first = container->first->pid, one = container_process(container, "e1")->pid;
    pid_t two = container_process(container, "e2")->pid, sessions[] = {getsid(0), getsid(first), getsid(one)};
    for (size_t i = 0; i < sizeof sessions / sizeof *sessions; i++) CHECK(getsid(two) != sessions[i]);
    CHECK(getsid(first) == first && getsid(one) != getsid(0) && getpgid(one) == getsid(one));
    CHECK(pod_discard("x") == STATUS_OK);
}

static void a_terminal_belongs_to_its_user(void) {
    Grpc__User user = GRPC__USER__INIT;
    Grpc__Process process;
    char *args[4], *env[1];
    user.uid = user.gid = 1000;
    pod_run("x", "sleep 100");
    pod_fill_process(&process, args, env, "echo hi >$(tty)");
    process.terminal = true;
    process.user = &user;
    CHECK(pod_exec_args("x", "e", &process) == STATUS_OK);
    CHECK(strcmp(pod_output("x", "e", "ReadStdout"), "hi\r\n") == 0 && pod_await("x", "e") == 0);
    args[2] = "exit 9";
    CHECK(pod_exec_args("x", "e", &process) == STATUS_OK && pod_await("x", "e") == 9);
    args[0] = "no-such";
    CHECK(pod_exec_args("x", "e", &process) == STATUS_NOT_FOUND && pod_says("no-such: command not found"));
    CHECK(pod_discard("x") == STATUS_OK);
}

static void input_of_a_terminal_ends_also_in_the_middle_of_a_line(void) {
    static const char *const inputs[] = {"", "abc", "abc\n", "a\nb"};
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        struct pod_spec spec;
        pod_fill(&spec, "x", "cat");
        spec.process.terminal = true;
        CHECK(pod_create_spec("x", &spec) == STATUS_OK && pod_start("x") == STATUS_OK);
        int length = (int)strlen(inputs[i]);
        CHECK(length == 0 || pod_put("x", "x", inputs[i], (size_t)length) == length);
        CHECK(pod_close_input("x", "x") == STATUS_OK && pod_close_input("x", "x") == STATUS_OK);
        CHECK(pod_await("x", "x") == 0);
        CHECK(pod_discard("x") == STATUS_OK);
    }
}

static void it_has_the_files_of_every_engine(void) {
    struct pod_spec spec;
    char name[65], expected[128];
    CHECK(gethostname(name, sizeof name) == 0);
    pod_run("x", "cat /etc/hostname; cat /etc/hosts");
    const char *text = pod_output("x", "x", "ReadStdout");
    snprintf(expected, sizeof expected, "%s\n127.0.0.1\tlocalhost\n::1\tlocalhost", name);
    CHECK(strncmp(text, expected, strlen(expected)) == 0);
    snprintf(expected, sizeof expected, "\n127.0.0.1\t%s\n", name);
    CHECK(strstr(text, expected) != NULL);
    CHECK(pod_discard("x") == STATUS_OK);
    pod_fill(&spec, "x", "cat /etc/hosts; echo y >/etc/hostname || echo read-only");
    spec.root.readonly = true;
    spec.places[1] = (Grpc__Mount)GRPC__MOUNT__INIT;
    spec.places[1].destination = "/etc/hosts";
    spec.places[1].source = ROOTFS "/plain";
    spec.places[1].type = "bind";
    static char *bind[] = {"bind"};
    spec.places[1].options = bind;
    spec.places[1].n_options = 1;
    spec.spec.n_mounts = 2;
    CHECK(pod_create_spec("x", &spec) == STATUS_OK && pod_start("x") == STATUS_OK);
    CHECK(strcmp(pod_output("x", "x", "ReadStdout"), "xread-only\n") == 0);
    CHECK(pod_discard("x") == STATUS_OK);
}

static int freeze(const char *method, const char *id) {
    Grpc__PauseContainerRequest request = GRPC__PAUSE_CONTAINER_REQUEST__INIT; // ResumeContainer has the same fields
    request.container_id = (char *)id;
    return pod_call(method, &request);
}

static void a_paused_one_stands_still_and_goes_on(void) {
    pod_run("x", "while read a; do echo $a; done");
    CHECK(freeze("PauseContainer", "x") == STATUS_OK && pod_state_of("x") == PAUSED);
    CHECK(cgroup_value(container_find("x")->group, "cgroup.events", "frozen") == 1);
    CHECK(pod_exec("x", "e", "true") == STATUS_FAILED_PRECONDITION && pod_says("paused"));
    CHECK(pod_put("x", "x", "a\n", 2) == 2);
    CHECK(freeze("ResumeContainer", "x") == STATUS_OK && pod_state_of("x") == RUNNING);
    char data[8];
    CHECK(pod_read_some("x", "x", "ReadStdout", data, sizeof data) == 2);
    CHECK(freeze("PauseContainer", "x") == STATUS_OK);
    CHECK(pod_discard("x") == STATUS_OK); // frozen processes can be killed
    CHECK(freeze("PauseContainer", "x") == STATUS_NOT_FOUND);
}

static void its_processes_are_listed(void) {
    pod_run("x", "sleep 100 & sleep 200 & read a");
    Vmfactory__Guest__V1__ListProcessesRequest request =
        VMFACTORY__GUEST__V1__LIST_PROCESSES_REQUEST__INIT;
    request.container_id = "x";
    size_t n = 0;
    while (n < 3) { // until the shell has forked
        Ttrpc__Response *response = host_call(pod_fd, GUEST, "ListProcesses", &request.base);
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
    CHECK(pod_discard("x") == STATUS_OK);
}

static void two_share_the_host_name_and_not_the_processes(void) {
    char name[65];
    pod_run("a", "sleep 100");
    pod_run("b", "hostname; ls -d /proc/[0-9]* | wc -l; readlink /proc/self/ns/net");
    CHECK(gethostname(name, sizeof name) == 0);
    const char *text = pod_output("b", "b", "ReadStdout");
    CHECK(strncmp(text, name, strlen(name)) == 0);
    char own[64] = "";
    CHECK(readlink("/proc/self/ns/net", own, sizeof own - 1) > 0 && strstr(text, own) != NULL);
    CHECK(pod_discard("a") == STATUS_OK && pod_discard("b") == STATUS_OK);
}

static void all_go_with_the_sandbox(void) {
    pod_run("a", "sleep 100");
    CHECK(pod_create("b", "sleep 100") == STATUS_OK);
    CHECK(pod_exec("a", "e", "sleep 200") == STATUS_OK);
    Grpc__DestroySandboxRequest destroy = GRPC__DESTROY_SANDBOX_REQUEST__INIT;
    CHECK(pod_call("DestroySandbox", &destroy) == STATUS_OK);
    CHECK(containers_first() == NULL);
    CHECK(pod_create("a", "true") == STATUS_FAILED_PRECONDITION && pod_says("sandbox"));
}

// Set-up.

static void make_rootfs(void) {
    static const char *const applets[] = {
        "sh", "cat", "echo", "sleep", "ls", "true", "wc", "stty", "tty", "hostname", "readlink", "test", "grep",
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

// This host may have no controllers for groups of version 2 and may not allow device filters. So crun does
// not use control groups here; the wrapper that starts crun puts it into one.
static void cover_crun(void) {
    char text[512];
    snprintf(
        text, sizeof text,
        "#!/bin/sh\nfor id; do :; done\nmkdir -p /sys/fs/cgroup%s/$id\n"
        "echo $$ >/sys/fs/cgroup%s/$id/cgroup.procs\nexec /run/crun-of-host --cgroup-manager=disabled \"$@\"\n",
        pod_group, pod_group);
    write_file("/run/crun-of-host", "", 0755);
    write_file("/run/crun-with-group", text, 0755);
    CHECK(mount("/usr/bin/crun", "/run/crun-of-host", NULL, MS_BIND, NULL) == 0);
    CHECK(mount("/run/crun-with-group", "/usr/bin/crun", NULL, MS_BIND, NULL) == 0);
}

static void suite(void) {
    Grpc__CreateSandboxRequest sandbox = GRPC__CREATE_SANDBOX_REQUEST__INIT;
    pod_fd = host_connect();
    held_prepare(AGENT_PROGRAM);
    CHECK(pod_create("early", "true") == STATUS_FAILED_PRECONDITION);
    CHECK(pod_call("CreateSandbox", &sandbox) == STATUS_OK);
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
    an_exec_begins_from_the_first_process();
    a_user_without_an_account_has_a_home();
    an_exec_has_the_mask_for_new_files_of_the_first_process();
    no_signal_is_blocked_or_ignored();
    an_exec_has_a_session_of_its_own();
    a_terminal_belongs_to_its_user();
    input_of_a_terminal_ends_also_in_the_middle_of_a_line();
    it_has_the_files_of_every_engine();
    a_paused_one_stands_still_and_goes_on();
    its_processes_are_listed();
    two_share_the_host_name_and_not_the_processes();
    hook_suite();
    held_suite();
    all_go_with_the_sandbox();
    close(pod_fd);
    host_settle();
}

// A group counts a process for some time after its end. Until then the kernel does not remove the group.
static void remove_groups(void) {
    char path[128], text[256];
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/cgroup.events", pod_group);
    struct pollfd events = {.fd = open(path, O_RDONLY | O_CLOEXEC), .events = POLLPRI};
    if (events.fd < 0) return; // no container was made
    do {
        CHECK(pread(events.fd, text, sizeof text, 0) > 0);
    } while (strstr(text, "populated 1") != NULL && poll(&events, 1, GROUP_MS) > 0);
    close(events.fd);
    CHECK(cgroup_remove(pod_group) == 0);
}

// Runs as PID 1: all processes end with it, however it ends.
static void apart(void) {
    int status;
    snprintf(pod_group, sizeof pod_group, "/vmfactory-agent-test.%d", (int)getpid());
    CHECK(mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL) == 0);
    make_rootfs();
    cover_crun();
    CHECK(unshare(CLONE_NEWPID) == 0);
    signal(SIGCHLD, SIG_DFL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        CHECK(mount("proc", "/proc", "proc", 0, NULL) == 0);
        loop_start();
        children_start();
        launches_watch("/run/crun-of-host");
        suite();
        exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    remove_groups();
    _exit(status == 0 ? 0 : 1); // no leak check: it cannot inspect a process that left its namespace
}

void container_tests(void) {
    if (geteuid() == 0) {
        host_apart(apart);
    } else {
        printf("containers: left out, they need root\n");
    }
}
