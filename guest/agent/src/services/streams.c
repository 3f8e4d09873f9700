#include <errno.h>
#include <string.h>

#include "../containers/terminal.h"
#include "kata/agent.pb-c.h"
#include "lookup.h"
#include "services.h"

void stream_write(struct call *call, const ProtobufCMessage *message) {
    const Grpc__WriteStreamRequest *request = (const void *)message;
    struct process *process = lookup_process(call, request->container_id, request->exec_id);
    if (process != NULL) writer_ask(&process->in, call, request->data.data, request->data.len);
}

static void read_stream(
    struct call *call, const Grpc__ReadStreamRequest *request, struct reader *reader) {
    if (request->len < 1 || request->len > READ_MOST) {
        call_fail(
            call, STATUS_INVALID_ARGUMENT, "len is %u, but must be 1 to %u", request->len, READ_MOST);
    } else {
        reader_ask(reader, call, request->len);
    }
}

void stream_read_out(struct call *call, const ProtobufCMessage *message) {
    const Grpc__ReadStreamRequest *request = (const void *)message;
    struct process *process = lookup_process(call, request->container_id, request->exec_id);
    if (process != NULL) read_stream(call, request, &process->out);
}

// Reads the terminal if the process has one: the first call gets the data.
void stream_read_err(struct call *call, const ProtobufCMessage *message) {
    const Grpc__ReadStreamRequest *request = (const void *)message;
    struct process *process = lookup_process(call, request->container_id, request->exec_id);
    if (process != NULL) read_stream(call, request, process->terminal ? &process->out : &process->err);
}

// The end of a terminal's input is its end-of-file character.
void stream_close_in(struct call *call, const ProtobufCMessage *message) {
    const Grpc__CloseStdinRequest *request = (const void *)message;
    struct process *process = lookup_process(call, request->container_id, request->exec_id);
    if (process == NULL) return;
    if (process->terminal) {
        writer_end_terminal(&process->in);
    } else {
        writer_close(&process->in);
    }
    call_reply_empty(call);
}

void stream_resize(struct call *call, const ProtobufCMessage *message) {
    const Grpc__TtyWinResizeRequest *request = (const void *)message;
    struct process *process = lookup_process(call, request->container_id, request->exec_id);
    if (process == NULL) return;
    if (!process->terminal || !process->out.open) {
        call_fail(
            call, STATUS_FAILED_PRECONDITION, "process %s has no terminal%s",
            process->id, process->terminal ? " any more" : "");
    } else if (terminal_resize(process->out.source.fd, request->row, request->column) < 0) {
        call_fail(call, STATUS_INTERNAL, "cannot set the size of the terminal: %s", strerror(errno));
    } else {
        call_reply_empty(call);
    }
}
