#include "pod.h"

#include <stdio.h>
#include <string.h>

#include "../src/status.h"
#include "host.h"
#include "test.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

int pod_fd;
char pod_group[64];
static char pod_error[512];

int pod_code_of(Ttrpc__Response *response) {
    const char *message = response->status == NULL ? "" : response->status->message;
    snprintf(pod_error, sizeof pod_error, "%s", message);
    return host_code(response);
}

int pod_call(const char *method, const void *request) {
    return pod_code_of(host_call(pod_fd, AGENT, method, request));
}

bool pod_says(const char *text) { return strstr(pod_error, text) != NULL; }

void pod_fill_process(Grpc__Process *process, char **args, char **env, const char *script) {
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

void pod_fill(struct pod_spec *it, const char *id, const char *script) {
    static const char *const places[][2] = {
        {"/proc", "proc"}, {"/dev", "tmpfs"}, {"/dev/pts", "devpts"}};
    static char *options[] = {"newinstance", "ptmxmode=0666"};
    grpc__spec__init(&it->spec);
    grpc__root__init(&it->root);
    grpc__linux__init(&it->linux_);
    pod_fill_process(&it->process, it->args, it->env, script);
    for (size_t i = 0; i < 3; i++) {
        it->mounts[i] = &it->places[i];
        grpc__mount__init(it->mounts[i]);
        it->places[i].destination = (char *)places[i][0];
        it->places[i].source = it->places[i].type = (char *)places[i][1];
    }
    it->places[2].options = options;
    it->places[2].n_options = 2;
    snprintf(it->group, sizeof it->group, "%s/%s", pod_group, id);
    it->linux_.cgroupspath = it->group;
    it->root.path = ROOTFS;
    it->spec.process = &it->process;
    it->spec.root = &it->root;
    it->spec.linux = &it->linux_;
    it->spec.mounts = it->mounts;
    it->spec.n_mounts = 3;
}

int pod_create_spec(const char *id, struct pod_spec *spec) {
    Grpc__CreateContainerRequest request = GRPC__CREATE_CONTAINER_REQUEST__INIT;
    request.container_id = (char *)id;
    request.oci = spec == NULL ? NULL : &spec->spec;
    return pod_call("CreateContainer", &request);
}

int pod_create(const char *id, const char *script) {
    struct pod_spec spec;
    pod_fill(&spec, id, script);
    return pod_create_spec(id, &spec);
}

int pod_start(const char *id) {
    Grpc__StartContainerRequest request = GRPC__START_CONTAINER_REQUEST__INIT;
    request.container_id = (char *)id;
    return pod_call("StartContainer", &request);
}

void pod_run(const char *id, const char *script) {
    CHECK(pod_create(id, script) == STATUS_OK);
    CHECK(pod_start(id) == STATUS_OK);
}

int pod_discard(const char *id) {
    Grpc__RemoveContainerRequest request = GRPC__REMOVE_CONTAINER_REQUEST__INIT;
    request.container_id = (char *)id;
    request.timeout = 10;
    return pod_call("RemoveContainer", &request);
}

int pod_exec_args(const char *id, const char *exec, const Grpc__Process *process) {
    Grpc__ExecProcessRequest request = GRPC__EXEC_PROCESS_REQUEST__INIT;
    request.container_id = (char *)id;
    request.exec_id = (char *)exec;
    request.process = (Grpc__Process *)process;
    return pod_call("ExecProcess", &request);
}

int pod_exec(const char *id, const char *exec, const char *script) {
    Grpc__Process process;
    char *args[4], *env[1];
    pod_fill_process(&process, args, env, script);
    return pod_exec_args(id, exec, &process);
}

int pod_send_signal(const char *id, const char *exec, uint32_t number) {
    Grpc__SignalProcessRequest request = GRPC__SIGNAL_PROCESS_REQUEST__INIT;
    request.container_id = (char *)id;
    request.exec_id = (char *)exec;
    request.signal = number;
    return pod_call("SignalProcess", &request);
}

int pod_await(const char *id, const char *exec) {
    Grpc__WaitProcessRequest request = GRPC__WAIT_PROCESS_REQUEST__INIT;
    request.container_id = (char *)id;
    request.exec_id = (char *)exec;
    Ttrpc__Response *response = host_call(pod_fd, AGENT, "WaitProcess", &request.base);
    if (response->status != NULL) return -1 - pod_code_of(response);
    Grpc__WaitProcessResponse *answer = grpc__wait_process_response__unpack(
        NULL, response->payload.len, response->payload.data);
    int status = answer->status;
    grpc__wait_process_response__free_unpacked(answer, NULL);
    CHECK(host_code(response) == STATUS_OK);
    return status;
}

Grpc__ReadStreamRequest pod_read_request(const char *id, const char *exec, uint32_t most) {
    Grpc__ReadStreamRequest request = GRPC__READ_STREAM_REQUEST__INIT;
    request.container_id = (char *)id;
    request.exec_id = (char *)exec;
    request.len = most;
    return request;
}

size_t pod_take_data(Ttrpc__Response *response, char *data, size_t size) {
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

size_t pod_read_some(
    const char *id, const char *exec, const char *method, char *data, size_t most) {
    Grpc__ReadStreamRequest request = pod_read_request(id, exec, (uint32_t)most);
    return pod_take_data(host_call(pod_fd, AGENT, method, &request.base), data, most);
}

const char *pod_output(const char *id, const char *exec, const char *method) {
    static char text[65536];
    size_t length = 0, got;
    while ((got = pod_read_some(id, exec, method, text + length, 4096)) > 0) length += got;
    text[length] = '\0';
    return text;
}

int pod_put(const char *id, const char *exec, const void *bytes, size_t length) {
    Grpc__WriteStreamRequest request = GRPC__WRITE_STREAM_REQUEST__INIT;
    request.container_id = (char *)id;
    request.exec_id = (char *)exec;
    request.data.data = (uint8_t *)bytes;
    request.data.len = length;
    Ttrpc__Response *response = host_call(pod_fd, AGENT, "WriteStdin", &request.base);
    if (response->status != NULL) return -1 - pod_code_of(response);
    Grpc__WriteStreamResponse *answer = grpc__write_stream_response__unpack(
        NULL, response->payload.len, response->payload.data);
    int taken = (int)answer->len;
    grpc__write_stream_response__free_unpacked(answer, NULL);
    CHECK(host_code(response) == STATUS_OK);
    return taken;
}

int pod_close_input(const char *id, const char *exec) {
    Grpc__CloseStdinRequest request = GRPC__CLOSE_STDIN_REQUEST__INIT;
    request.container_id = (char *)id;
    request.exec_id = (char *)exec;
    return pod_call("CloseStdin", &request);
}

int pod_state_of(const char *id) {
    int state = -1;
    Ttrpc__Response *response = host_call(pod_fd, GUEST, "ListContainers", NULL);
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
