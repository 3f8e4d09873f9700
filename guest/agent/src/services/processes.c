#include <signal.h>

#include "../containers/exec.h"
#include "../containers/oom.h"
#include "../containers/proc.h"
#include "kata/agent.pb-c.h"
#include "lookup.h"
#include "services.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

void processes_exec(struct call *call, const ProtobufCMessage *message) {
    const Grpc__ExecProcessRequest *request = (const void *)message;
    struct container *container = lookup_container(call, request->container_id);
    if (container == NULL) return;
    if (request->string_user != NULL || request->stdin_port != 0 || request->stdout_port != 0
        || request->stderr_port != 0) {
        call_fail(
            call, STATUS_UNIMPLEMENTED,
            "this agent does not support string_user and ports for streams");
    } else {
        container_exec(call, container, request);
    }
}

void processes_wait(struct call *call, const ProtobufCMessage *message) {
    const Grpc__WaitProcessRequest *request = (const void *)message;
    struct process *process = lookup_process(call, request->container_id, request->exec_id);
    if (process != NULL) process_wait(process, call);
}

static void send_signal(pid_t pid, void *context) { kill(pid, *(const int *)context); }

// Sends the signal to one process, or to all processes of the container if exec_id is empty.
void processes_signal(struct call *call, const ProtobufCMessage *message) {
    const Grpc__SignalProcessRequest *request = (const void *)message;
    struct process *process = lookup_process(call, request->container_id, request->exec_id);
    if (process == NULL) return;
    struct container *container = container_find(request->container_id);
    int number = (int)request->signal;
    if (request->signal < 1 || request->signal >= (uint32_t)NSIG) {
        call_fail(
            call, STATUS_INVALID_ARGUMENT, "%u is not a signal", request->signal);
    } else if (process->pid == 0) {
        call_fail(
            call, STATUS_FAILED_PRECONDITION, "process %s of container %s has ended",
            process->id, container->id);
    } else if (*request->exec_id != '\0') {
        kill(process->pid, number);
        call_reply_empty(call);
    } else {
        // cgroup.kill also reaches processes that fork at this moment.
        if (number != SIGKILL || cgroup_set(container->group, "cgroup.kill", "1") < 0) {
            cgroup_processes(container->group, send_signal, &number);
        }
        call_reply_empty(call);
    }
}

void processes_list(struct call *call, const ProtobufCMessage *message) {
    const Vmfactory__Guest__V1__ListProcessesRequest *request = (const void *)message;
    struct container *container = lookup_container(call, request->container_id);
    if (container != NULL) proc_reply(call, container->group);
}

void process_get(struct call *call, const ProtobufCMessage *message) {
    const Vmfactory__Guest__V1__GetContainerProcessRequest *request = (const void *)message;
    struct container *container = lookup_container(call, request->container_id);
    if (container != NULL) call_reply(call, &container->asked->base);
}

void oom_event_get(struct call *call, const ProtobufCMessage *request) {
    (void)request;
    oom_ask(call);
}
