#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../src/containers/container.h"
#include "../src/containers/held.h"
#include "../src/status.h"
#include "host.h"
#include "pod.h"
#include "test.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

// Tests containers whose program is chosen at their start. Part of the suite of containers.

static int create_held(const char *id, struct pod_spec *spec) {
    Grpc__CreateContainerRequest request = GRPC__CREATE_CONTAINER_REQUEST__INIT;
    request.container_id = (char *)id;
    request.oci = &spec->spec;
    request.program_at_start = true;
    return pod_call("CreateContainer", &request);
}

static int hold(const char *id, const char *script) {
    struct pod_spec spec;
    pod_fill(&spec, id, script);
    return create_held(id, &spec);
}

static int start_as(const char *id, char **args, size_t n, char **env, size_t variables, const char *cwd) {
    Grpc__StartContainerRequest request = GRPC__START_CONTAINER_REQUEST__INIT;
    Grpc__Program program = GRPC__PROGRAM__INIT;
    request.container_id = (char *)id;
    request.program = &program;
    program.args = args;
    program.n_args = n;
    program.env = env;
    program.n_env = variables;
    program.cwd = (char *)cwd;
    return pod_call("StartContainer", &request);
}

static int start_script(const char *id, char *script) {
    char *args[] = {"sh", "-c", script}, *env[] = {"PATH=/none:/bin", "A=late"};
    return start_as(id, args, 3, env, 2, "/bin");
}

static int start_program(const char *id, char *program, const char *cwd) {
    char *env[] = {"PATH=/plain:/bin"};
    return start_as(id, &program, 1, env, 1, cwd);
}

static void the_program_is_chosen_at_the_start(void) {
    CHECK(hold("x", "echo early; exit 3") == STATUS_OK && pod_state_of("x") == CREATED);
    CHECK(pod_exec("x", "e", "echo $PPID; exit 9") == STATUS_OK && pod_await("x", "e") == 9);
    CHECK(start_script("x", "echo $A $HOME; pwd; cat; exit 4") == STATUS_OK && pod_state_of("x") == RUNNING);
    CHECK(start_script("x", "true") == STATUS_FAILED_PRECONDITION && pod_start("x") == STATUS_FAILED_PRECONDITION);
    Grpc__Process like = GRPC__PROCESS__INIT;
    char *args[] = {"sh", "-c", "echo $A; pwd"};
    like.args = args;
    like.n_args = 3;
    CHECK(pod_exec_args("x", "like", &like) == STATUS_OK);
    CHECK(strcmp(pod_output("x", "like", "ReadStdout"), "late\n/bin\n") == 0);
    CHECK(pod_put("x", "x", "input\n", 6) == 6 && pod_close_input("x", "x") == STATUS_OK);
    CHECK(strcmp(pod_output("x", "x", "ReadStdout"), "late /\n/bin\ninput\n") == 0);
    CHECK(pod_await("x", "x") == 4 && pod_state_of("x") == STOPPED);
    CHECK(pod_discard("x") == STATUS_OK);
}

static int reuse(const char *id, const char *new_id, char *script) {
    Vmfactory__Guest__V1__ReuseContainerRequest request = VMFACTORY__GUEST__V1__REUSE_CONTAINER_REQUEST__INIT;
    Grpc__Process process = GRPC__PROCESS__INIT;
    char *args[] = {"sh", "-c", script}, *env[] = {"PATH=/bin", "A=reused"};
    request.container_id = (char *)id;
    request.new_id = (char *)new_id;
    request.process = &process;
    process.args = args;
    process.n_args = script == NULL ? 0 : 3;
    process.env = env;
    process.n_env = 2;
    process.cwd = "/bin";
    return pod_code_of(host_call(pod_fd, GUEST, "ReuseContainer", &request.base));
}

static void one_that_waits_becomes_another_one(void) {
    CHECK(hold("x", "echo early") == STATUS_OK && hold("z", "exit 2") == STATUS_OK);
    CHECK(reuse("x", "z", "true") == STATUS_ALREADY_EXISTS && reuse("none", "y", "true") == STATUS_NOT_FOUND);
    CHECK(reuse("x", "../y", "true") == STATUS_INVALID_ARGUMENT && reuse("x", "y", NULL) == STATUS_INVALID_ARGUMENT);
    CHECK(pod_exec("x", "e", "true") == STATUS_OK && pod_await("x", "e") == 0);
    CHECK(reuse("x", "y", "echo $A; pwd; cat; exit 5") == STATUS_OK);
    CHECK(container_find("x") == NULL && pod_state_of("y") == CREATED);
    CHECK(pod_exec("y", "f", "exit 8") == STATUS_OK && pod_await("y", "f") == 8);
    CHECK(hold("x", "exit 1") == STATUS_ALREADY_EXISTS && pod_says("its folder"));
    CHECK(pod_start("x") == STATUS_NOT_FOUND && pod_start("y") == STATUS_OK && pod_state_of("y") == RUNNING);
    CHECK(reuse("y", "x", "true") == STATUS_FAILED_PRECONDITION);
    CHECK(pod_put("y", "y", "input\n", 6) == 6 && pod_close_input("y", "") == STATUS_OK);
    CHECK(strcmp(pod_output("y", "y", "ReadStdout"), "reused\n/bin\ninput\n") == 0 && pod_await("y", "y") == 5);
    CHECK(pod_discard("y") == STATUS_OK && access("/run/kata-containers/x", F_OK) < 0);
    CHECK(reuse("z", "z", "exit 7") == STATUS_OK && pod_start("z") == STATUS_OK && pod_await("z", "z") == 7);
    CHECK(pod_discard("z") == STATUS_OK);
    CHECK(pod_create("x", "exit 7") == STATUS_OK && reuse("x", "y", "true") == STATUS_FAILED_PRECONDITION);
    CHECK(pod_discard("x") == STATUS_OK && containers_first() == NULL);
}

static void without_another_it_is_the_one_of_the_creation(void) {
    CHECK(hold("x", "echo own; exit 3") == STATUS_OK && pod_start("x") == STATUS_OK);
    CHECK(strcmp(pod_output("x", "x", "ReadStdout"), "own\n") == 0 && pod_await("x", "x") == 3);
    CHECK(pod_discard("x") == STATUS_OK);
}

static void a_large_program_is_passed_whole(void) {
    static char texts[7][100000];
    char *args[11] = {"/bin/sh", "-c", "echo $# ${#1} ${#7}", "sh"}, *env[] = {"PATH=/bin"};
    for (int i = 0; i < 7; i++) {
        memset(texts[i], 'a' + i, sizeof texts[i] - 1);
        args[4 + i] = texts[i];
    }
    CHECK(hold("x", "true") == STATUS_OK);
    // A frame of the test's host has room for little, so the agent is asked directly.
    Grpc__Process process = *container_find("x")->asked;
    process.args = args;
    process.n_args = 11;
    process.env = env;
    process.n_env = 1;
    CHECK(held_launch(&container_find("x")->first->held, &process));
    CHECK(strcmp(pod_output("x", "x", "ReadStdout"), "7 99999 99999\n") == 0);
    CHECK(pod_discard("x") == STATUS_OK);
}

static void a_program_that_cannot_be_run_ends_it(void) {
    static const struct {
        char *program, *cwd;
        int code, status;
        const char *says;
    } cases[] = {
        {"/bin/no-such", "/", STATUS_NOT_FOUND, 127, "/bin/no-such: command not found"},
        {"no-such", "/", STATUS_NOT_FOUND, 127, "no-such: command not found"},
        {"/plain", "/", STATUS_PERMISSION_DENIED, 126, "cannot be executed"},
        {"/bin", "/", STATUS_PERMISSION_DENIED, 126, "cannot be executed"},
        {"/garbage", "/", STATUS_PERMISSION_DENIED, 126, "Exec format error"},
        {"/interpreted", "/", STATUS_NOT_FOUND, 127, "interpreter"},
        {"true", "/no/such", STATUS_INVALID_ARGUMENT, 126, "process.cwd: cannot be entered: No such file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK(hold("x", "true") == STATUS_OK);
        CHECK(start_program("x", cases[i].program, cases[i].cwd) == cases[i].code && pod_says(cases[i].says));
        CHECK(pod_await("x", "x") == cases[i].status && pod_state_of("x") == STOPPED);
        CHECK(pod_discard("x") == STATUS_OK);
    }
}

static void what_is_no_program_is_refused_and_it_waits_on(void) {
    CHECK(hold("x", "exit 6") == STATUS_OK);
    CHECK(start_program("x", "", "/") == STATUS_INVALID_ARGUMENT);
    CHECK(start_program("x", "true", "bin") == STATUS_INVALID_ARGUMENT);
    CHECK(start_as("x", NULL, 0, NULL, 0, "/") == STATUS_INVALID_ARGUMENT);
    CHECK(pod_state_of("x") == CREATED && pod_start("x") == STATUS_OK && pod_await("x", "x") == 6);
    CHECK(pod_discard("x") == STATUS_OK);
    CHECK(pod_create("x", "exit 7") == STATUS_OK);
    CHECK(start_program("x", "true", "/") == STATUS_FAILED_PRECONDITION && pod_says("one program"));
    CHECK(pod_start("x") == STATUS_OK && pod_await("x", "x") == 7);
    CHECK(pod_discard("x") == STATUS_OK);
    struct pod_spec spec;
    pod_fill(&spec, "x", "true");
    spec.spec.n_mounts = 0;
    CHECK(create_held("x", &spec) == STATUS_INVALID_ARGUMENT && pod_says("/proc"));
    CHECK(containers_first() == NULL);
}

static void it_can_be_killed_and_removed_while_it_waits(void) {
    CHECK(hold("x", "true") == STATUS_OK && pod_discard("x") == STATUS_OK);
    CHECK(hold("x", "true") == STATUS_OK && pod_send_signal("x", "", SIGKILL) == STATUS_OK);
    CHECK(pod_await("x", "x") == 128 + SIGKILL && start_program("x", "true", "/") == STATUS_FAILED_PRECONDITION);
    CHECK(pod_discard("x") == STATUS_OK && containers_first() == NULL);
}

static void a_launcher_that_cannot_be_executed_fails_the_creation(void) {
    held_prepare("/plain-that-is-not-there");
    CHECK(hold("x", "true") != STATUS_OK && containers_first() == NULL);
    CHECK(access("/run/kata-containers/x", F_OK) < 0);
    held_prepare(AGENT_PROGRAM);
}

// The program has the same rights, limits and descriptors whichever way it begins.
// SigQ is left out: it counts the signals of all processes of that user on the host.
#define SHOWN "grep -E '^(Uid|Gid|Groups|Sig[PBIC]|Shd|Cap|NoNewPrivs|Seccomp:)' /proc/self/status; cat /proc/self/limits " \
    "/proc/self/oom_score_adj; ls /proc/self/fd; cat /proc/self/cgroup; echo $A $HOME; pwd; exit 5"

static void run_shown(bool held, uint32_t uid, char *shown, size_t size) {
    struct pod_spec spec;
    Grpc__User user = GRPC__USER__INIT;
    Grpc__LinuxCapabilities capabilities = GRPC__LINUX_CAPABILITIES__INIT;
    Grpc__POSIXRlimit files = GRPC__POSIXRLIMIT__INIT, *limits[] = {&files};
    static uint32_t groups[] = {7, 8};
    char *names[] = {"CAP_NET_RAW", "CAP_KILL"};
    pod_fill(&spec, "x", SHOWN);
    user.uid = user.gid = uid;
    user.additionalgids = groups;
    user.n_additionalgids = 2;
    capabilities.bounding = capabilities.permitted = capabilities.effective = names;
    capabilities.n_bounding = capabilities.n_permitted = capabilities.n_effective = 2;
    files.type = "RLIMIT_NOFILE";
    files.soft = files.hard = 64;
    spec.process.user = &user;
    spec.process.capabilities = &capabilities;
    spec.process.nonewprivileges = uid != 0;
    spec.process.rlimits = limits;
    spec.process.n_rlimits = 1;
    spec.process.oomscoreadj = 300;
    CHECK((held ? create_held("x", &spec) : pod_create_spec("x", &spec)) == STATUS_OK);
    CHECK(pod_start("x") == STATUS_OK && pod_await("x", "x") == 5);
    snprintf(shown, size, "%s", pod_output("x", "x", "ReadStdout"));
    CHECK(pod_discard("x") == STATUS_OK);
}

static void it_has_the_rights_of_any_program(void) {
    static char plain[8192], held[8192];
    static const uint32_t users[] = {0, 1000};
    for (size_t i = 0; i < 2; i++) {
        run_shown(false, users[i], plain, sizeof plain);
        run_shown(true, users[i], held, sizeof held);
        CHECK(strstr(plain, "CapBnd:\t0000000000002020") != NULL && strstr(plain, "\n300\n0\n1\n2\n3\n") != NULL);
        if (strcmp(plain, held) != 0) fprintf(stderr, "plain:\n%s\nheld:\n%s\n", plain, held);
        CHECK(strcmp(plain, held) == 0);
    }
}

static void it_can_have_a_terminal(void) {
    struct pod_spec spec;
    pod_fill(&spec, "x", "true");
    spec.process.terminal = true;
    CHECK(create_held("x", &spec) == STATUS_OK);
    CHECK(start_script("x", "test -t 0 && test -t 1 && test -t 2 && echo hi >$(tty)") == STATUS_OK);
    CHECK(strcmp(pod_output("x", "x", "ReadStdout"), "hi\r\n") == 0 && pod_await("x", "x") == 0);
    CHECK(pod_discard("x") == STATUS_OK);
}

static bool probe(const char *path, uint32_t port, int code) {
    Vmfactory__Guest__V1__ProbeContainerRequest request = VMFACTORY__GUEST__V1__PROBE_CONTAINER_REQUEST__INIT;
    request.container_id = "x";
    request.path = (char *)path;
    request.port = port;
    Ttrpc__Response *response = host_call(pod_fd, GUEST, "ProbeContainer", &request.base);
    bool found = false;
    if (response->status == NULL) {
        Vmfactory__Guest__V1__ProbeContainerResponse *answer =
            vmfactory__guest__v1__probe_container_response__unpack(
                NULL, response->payload.len, response->payload.data);
        found = *path == '\0' ? answer->listens : answer->exists;
        CHECK(!(answer->listens && answer->exists));
        vmfactory__guest__v1__probe_container_response__free_unpacked(answer, NULL);
    }
    CHECK(host_code(response) == code);
    return found;
}

static void a_probe_sees_files_of_the_container_and_ports(void) {
    CHECK(!probe("/plain", 0, STATUS_NOT_FOUND));
    CHECK(hold("x", "exit 0") == STATUS_OK && symlink("/plain", ROOTFS "/link") == 0);
    CHECK(symlink("../../../../etc/passwd", ROOTFS "/out") == 0);
    CHECK(probe("/plain", 0, 0) && probe("/link", 0, 0) && probe("/bin", 0, 0));
    CHECK(!probe("/none", 0, 0) && !probe("/out", 0, 0) && !probe("/etc/passwd", 0, 0) && !probe("/proc/1/root/plain", 0, 0));
    CHECK(!probe("plain", 0, STATUS_INVALID_ARGUMENT) && !probe("", 65536, STATUS_INVALID_ARGUMENT));
    for (int family = 0; family < 2; family++) {
        struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT, .sin6_port = htons(8080)};
        struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(8080)};
        int listener = socket(family == 0 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
        CHECK((family == 0 ? bind(listener, (void *)&four, sizeof four) : bind(listener, (void *)&six, sizeof six)) == 0);
        CHECK(!probe("", 8080, 0) && listen(listener, 1) == 0 && probe("", 8080, 0) && !probe("", 8081, 0));
        close(listener);
    }
    CHECK(!probe("", 8080, 0) && pod_start("x") == STATUS_OK && pod_await("x", "x") == 0);
    CHECK(!probe("/plain", 0, STATUS_FAILED_PRECONDITION) && pod_discard("x") == STATUS_OK);
    CHECK(unlink(ROOTFS "/link") == 0 && unlink(ROOTFS "/out") == 0);
}

void held_suite(void) {
    the_program_is_chosen_at_the_start();
    one_that_waits_becomes_another_one();
    without_another_it_is_the_one_of_the_creation();
    a_large_program_is_passed_whole();
    a_program_that_cannot_be_run_ends_it();
    what_is_no_program_is_refused_and_it_waits_on();
    it_can_be_killed_and_removed_while_it_waits();
    a_launcher_that_cannot_be_executed_fails_the_creation();
    it_has_the_rights_of_any_program();
    it_can_have_a_terminal();
    a_probe_sees_files_of_the_container_and_ports();
}
