// Tests of the keeper's side that reads foreign bytes, against a keeper that runs in a child process: requests of
// containerd, names, streams, root file systems.
#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../message.h"
#include "../service.h"
#include "../shim/annotation.h"
#include "../shim/keeper.h"
#include "../shim/shim.h"
#include "../shim/streams.h"
#include "../socket.h"
#include "ttrpc/frame.h"

#define TASK "containerd.task.v2.Task"

static char folder[] = "/tmp/shim-test.XXXXXX", listener_path[64];
static pid_t keeper;

static void start_keeper(void) {
    snprintf(listener_path, sizeof listener_path, "%s/keeper", folder);
    struct sockaddr_un address;
    assert(socket_address(&address, listener_path));
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 8) == 0);
    keeper = fork();
    if (keeper == 0) prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (keeper == 0) keeper_run(&(struct keeper_order){listener, listener_path, "/none/events", "default", "test"});
    close(listener);
}

static int connected(void) {
    int fd = socket_connect(listener_path, 0);
    assert(fd >= 0);
    return fd;
}

// Calls the keeper, and returns the code; the reply is the payload, or the text of the refusal.
static int asked(const char *method, const struct bytes *request, struct bytes *reply) {
    return ttrpc_call(connected(), TASK, method, request, 5, reply);
}

static int refused(const char *method, const struct bytes *request, const char *text) {
    struct bytes reply;
    int code = asked(method, request, &reply);
    if (code == 0 || memmem(reply.at, reply.length, text, strlen(text)) == NULL) {
        fprintf(stderr, "%s: code %d: %.*s, not %s\n", method, code, (int)reply.length, (const char *)reply.at, text);
        abort();
    }
    free(reply.at);
    return code;
}

static struct bytes creation(const char *id, const char *bundle) {
    struct bytes request = {0};
    put_text(&request, 1, id);
    put_text(&request, 2, bundle);
    return request;
}

static void unknown_calls_and_containers_are_refused(void) {
    static const char *const methods[] = {"State", "Start",  "Delete", "Pids",  "Pause", "Resume",  "Kill",
                                          "Exec",  "Update", "Wait",   "Stats", "Connect", "CloseIO", "ResizePty"};
    struct bytes request = creation("none", "x");
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) assert(refused(methods[i], &request, "exist") == 5);
    assert(refused("Frobnicate", &request, "Frobnicate") == 12);
    struct bytes reply;
    assert(ttrpc_call(connected(), "x.Y", "State", &request, 5, &reply) == 12);
    free(reply.at);
    free(request.at);
}

static void names_never_leave_their_folder(void) {
    static const char *const names[] = {"", ".", "..", "../x", "/etc", "a/b", "a\nb", "-a", "a b",
                                        "0123456789012345678901234567890123456789012345678901234567890123456789012345678"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct bytes request = creation(names[i], folder);
        assert(refused("Create", &request, "id") == 3);
        free(request.at);
    }
    struct bytes request = creation("a", "relative");
    assert(refused("Create", &request, "bundle") == 3);
    free(request.at);
}

static void without_the_service_a_creation_leaves_nothing(void) {
    struct bytes request = creation("a", folder), checkpoint = creation("a", folder), stream = creation("a", folder);
    assert(refused("Create", &request, "vmfactory runtime serve") == 14);
    struct bytes state = creation("a", "");
    assert(refused("State", &state, "container a does not exist") == 5);
    free(state.at);
    put_text(&checkpoint, 8, "/checkpoint");
    assert(refused("Create", &checkpoint, "checkpoint") == 12);
    put_text(&stream, 6, "binary:///bin/logger");
    assert(refused("Create", &stream, "stdout: binary") == 3);
    free(request.at);
    free(checkpoint.at);
    free(stream.at);
}

static void other_root_file_systems_are_refused(void) {
    struct bytes request = creation("a", folder), mount = {0};
    put_text(&mount, 1, "ext4");
    put_text(&mount, 2, "/dev/none");
    put_message(&request, 3, &mount);
    assert(refused("Create", &request, "rootfs[0]: ext4") == 3);
    free(request.at);
    free(mount.at);
}

static void is_annotation(const char *json, const char *value) {
    char *found = annotation_in(json, "pod");
    if (value == NULL ? found != NULL : found == NULL || strcmp(found, value) != 0) {
        fprintf(stderr, "%s: %s, not %s\n", json, found == NULL ? "none" : found, value == NULL ? "none" : value);
        abort();
    }
    free(found);
}

// Only the annotation counts, whatever else of the specification says the same.
static void annotations_are_found(void) {
    is_annotation("{\"annotations\":{\"pod\":\"a\"}}", "a");
    is_annotation("{ \"x\" : [ { \"pod\" : \"b\" } ] ,\n \"annotations\" :\t{ \"o\" : \"p\", \"pod\" : \"a\" } }", "a");
    is_annotation("{\"process\":{\"env\":[\"\\\"annotations\\\":{\\\"pod\\\":\\\"b\\\"}\"]},\"annotations\":{\"pod\":\"a\"}}", "a");
    is_annotation("{\"annotations\":{\"o\":\"pod\"},\"pod\":\"b\"}", NULL);
    is_annotation("{\"linux\":{\"annotations\":{\"pod\":\"b\"}},\"annotations\":{}}", NULL);
    is_annotation("{\"annotations\":{},\"linux\":{\"sysctl\":{\"pod\":\"b\"},\"pod\":\"b\"}}", NULL);
    is_annotation("{\"annotations\":{\"pod\":7}}", NULL);
    static const char *const broken[] = {"", "{", "\"", "\"\\", "{\"annotations\":{\"pod\":", "{\"annotations\":{\"pod\":\"a",
                                         "{\"annotations\"", "]]]]{\"annotations\":{\"pod\":\"a\"}}"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) is_annotation(broken[i], NULL);
}

// Any bytes: the keeper goes on.
static void any_bytes_do_no_harm(void) {
    srand(2);
    for (int round = 0; round < 2000; round++) {
        struct bytes frame = {0}, request = creation("a", "relative");
        put_request(&frame, 1, TASK, rand() % 2 ? "Create" : "Exec", &request, 0);
        for (int i = rand() % 16; i > 0; i--) frame.at[(size_t)rand() % frame.length] = (uint8_t)rand();
        int fd = connected();
        assert(write(fd, frame.at, frame.length) > 0);
        close(fd);
        free(frame.at);
        free(request.at);
    }
    struct bytes request = creation("none", "");
    assert(refused("State", &request, "none") == 5);
    free(request.at);
}

static void it_ends_when_it_is_ordered_to(void) {
    struct bytes reply, request = creation("none", "");
    int status;
    assert(asked("Shutdown", &request, &reply) == 0);
    assert(waitpid(keeper, &status, 0) == keeper && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert(access(listener_path, F_OK) < 0);
    free(reply.at);
    free(request.at);
}

static void streams_are_fifos_or_files(void) {
    char fifo[64], plain[64], url[80];
    struct bytes why = {0};
    struct streams streams;
    snprintf(fifo, sizeof fifo, "%s/fifo", folder);
    snprintf(plain, sizeof plain, "%s/a b", folder);
    snprintf(url, sizeof url, "file://%s/a%%20b?x=1", folder);
    assert(mkfifo(fifo, 0600) == 0);
    assert(streams_open(&streams, &(struct stream_names){{fifo, url, ""}, false}, &why));
    assert(write(streams.fd[1], "x", 1) == 1 && access(plain, F_OK) == 0 && streams.held >= 0);
    streams_close(&streams);
    assert(!streams_open(&streams, &(struct stream_names){{"", plain, ""}, false}, &why)); // not a FIFO
    assert(!streams_open(&streams, &(struct stream_names){{url, "", ""}, false}, &why));   // no input
    assert(!streams_open(&streams, &(struct stream_names){{"", "file://%zz", ""}, false}, &why));
    assert(!streams_open(&streams, &(struct stream_names){{"/none/x", "", ""}, false}, &why));
    assert(streams_open(&streams, &(struct stream_names){{"", "", "/none/x"}, true}, &why)); // a terminal has no stderr
    streams_close(&streams);
    unlink(fifo);
    unlink(plain);
    free(why.at);
}

static void names_of_programs(void) {
    assert(shim_is_meant("/usr/bin/containerd-shim-vmfactory-v2") && shim_is_meant("containerd-shim-x-v1"));
    assert(!shim_is_meant("/containerd-shim-/vmfactory-oci") && !shim_is_meant("vmfactory-oci"));
}

int main(void) {
    assert(mkdtemp(folder) != NULL);
    setenv("VMFACTORY_ENGINE_SOCKET", "/none/engine.sock", 1);
    names_of_programs();
    streams_are_fifos_or_files();
    annotations_are_found();
    start_keeper();
    unknown_calls_and_containers_are_refused();
    names_never_leave_their_folder();
    without_the_service_a_creation_leaves_nothing();
    other_root_file_systems_are_refused();
    any_bytes_do_no_harm();
    it_ends_when_it_is_ordered_to();
    rmdir(folder);
    puts("containerd-shim-vmfactory-v2: 9 tests passed");
    return 0;
}
