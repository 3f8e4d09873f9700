#ifndef VMFACTORY_TEST_POD_H
#define VMFACTORY_TEST_POD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kata/agent.pb-c.h"
#include "kata/ttrpc.pb-c.h"

// Makes calls about containers, from the host's end.

#define ROOTFS "/run/rootfs"
#define AGENT "grpc.AgentService"
#define GUEST "vmfactory.guest.v1.Guest"

extern int pod_fd; // the connection of all calls
extern char pod_group[64]; // the parent of the containers' control groups

// States of ListContainers.
enum { CREATED = 1, RUNNING, PAUSED, STOPPED };

// A spec that needs only its program.
struct pod_spec {
    Grpc__Spec spec;
    Grpc__Process process;
    Grpc__Root root;
    Grpc__Linux linux_;
    Grpc__Mount places[3], *mounts[3];
    char *args[4], *env[1], group[128];
};

// Returns the gRPC code of an answer and frees it. Keeps its message for pod_says.
int pod_code_of(Ttrpc__Response *response);
int pod_call(const char *method, const void *request);

// Returns whether the last error message contains the text.
bool pod_says(const char *text);
void pod_fill_process(Grpc__Process *process, char **args, char **env, const char *script);
void pod_fill(struct pod_spec *it, const char *id, const char *script);
int pod_create_spec(const char *id, struct pod_spec *spec);
int pod_create(const char *id, const char *script);
int pod_start(const char *id);
void pod_run(const char *id, const char *script);
int pod_discard(const char *id);
int pod_exec_args(const char *id, const char *exec, const Grpc__Process *process);
int pod_exec(const char *id, const char *exec, const char *script);
int pod_send_signal(const char *id, const char *exec, uint32_t number);

// Returns the exit status, or -1 - code.
int pod_await(const char *id, const char *exec);
Grpc__ReadStreamRequest pod_read_request(const char *id, const char *exec, uint32_t most);
size_t pod_take_data(Ttrpc__Response *response, char *data, size_t size);
size_t pod_read_some(
    const char *id, const char *exec, const char *method, char *data, size_t most);

// Returns all output up to its end, as text.
const char *pod_output(const char *id, const char *exec, const char *method);

// Returns how many bytes the process took, or -1 - code.
int pod_put(const char *id, const char *exec, const void *bytes, size_t length);
int pod_close_input(const char *id, const char *exec);
int pod_state_of(const char *id);

// Tests generation and hooks, in a sandbox that exists.
void hook_suite(void);

#endif
