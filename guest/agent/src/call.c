#include "call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "channel.h"
#include "kata/ttrpc.pb-c.h"

static void *need(void *memory) {
    if (memory == NULL) abort();
    return memory;
}

static void release_if_over(struct conversation *conversation) {
    if (conversation->channel == NULL && conversation->calls == 0) free(conversation);
}

struct conversation *conversation_start(struct channel *channel) {
    struct conversation *conversation = need(malloc(sizeof *conversation));
    *conversation = (struct conversation){.channel = channel};
    return conversation;
}

void conversation_end(struct conversation *conversation) {
    conversation->channel = NULL;
    release_if_over(conversation);
}

struct call *call_start(struct conversation *conversation, uint32_t stream) {
    struct call *call = need(malloc(sizeof *call));
    *call = (struct call){.conversation = conversation, .stream = stream};
    conversation->calls++;
    return call;
}

static void finish(struct call *call, const Ttrpc__Response *response) {
    struct conversation *conversation = call->conversation;
    if (conversation->channel != NULL) {
        channel_send(conversation->channel, call->stream, &response->base);
    }
    conversation->calls--;
    release_if_over(conversation);
    free(call);
}

void call_reply(struct call *call, const ProtobufCMessage *message) {
    Ttrpc__Response response = TTRPC__RESPONSE__INIT;
    response.payload.len = protobuf_c_message_get_packed_size(message);
    response.payload.data = need(malloc(response.payload.len + 1));
    protobuf_c_message_pack(message, response.payload.data);
    finish(call, &response);
    free(response.payload.data);
}

void call_reply_empty(struct call *call) {
    Ttrpc__Response response = TTRPC__RESPONSE__INIT;
    finish(call, &response);
}

void call_fail(struct call *call, enum status code, const char *format, ...) {
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    Ttrpc__Status status = TTRPC__STATUS__INIT;
    status.code = (int32_t)code;
    status.message = message;
    Ttrpc__Response response = TTRPC__RESPONSE__INIT;
    response.status = &status;
    finish(call, &response);
}
