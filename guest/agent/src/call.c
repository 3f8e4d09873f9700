#include "call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "kata/ttrpc.pb-c.h"
#include "need.h"

static unsigned open_calls;

unsigned calls_open(void) { return open_calls; }

static void release_if_over(struct conversation *conversation) {
    if (conversation->sender == NULL && conversation->calls == 0) free(conversation);
}

struct conversation *conversation_start(struct sender *sender) {
    struct conversation *conversation = need(malloc(sizeof *conversation));
    *conversation = (struct conversation){.sender = sender};
    return conversation;
}

static void forget(struct call *call) {
    if (call->keeper == NULL) return;
    if (call->next != NULL) call->next->previous = call->previous;
    if (call->previous != NULL) {
        call->previous->next = call->next;
    } else {
        call->conversation->kept = call->next;
    }
}

static void drop(struct call *call) {
    forget(call);
    call->keeper->gone(call->context);
    call->conversation->calls--;
    open_calls--;
    free(call);
}

void conversation_end(struct conversation *conversation) {
    conversation->sender = NULL;
    while (conversation->kept != NULL) drop(conversation->kept);
    release_if_over(conversation);
}

void conversation_forget(struct conversation *conversation, uint32_t stream) {
    struct call *call = conversation->kept;
    while (call != NULL && call->stream != stream) call = call->next;
    if (call != NULL) drop(call);
}

struct call *call_start(struct conversation *conversation, uint32_t stream) {
    struct call *call = need(malloc(sizeof *call));
    *call = (struct call){.conversation = conversation, .stream = stream};
    conversation->calls++;
    open_calls++;
    return call;
}

void call_keep(struct call *call, const struct keeper *keeper, void *context) {
    struct conversation *conversation = call->conversation;
    call->keeper = keeper;
    call->context = context;
    call->next = conversation->kept;
    if (call->next != NULL) call->next->previous = call;
    conversation->kept = call;
}

static void release(struct call *call) {
    struct conversation *conversation = call->conversation;
    forget(call);
    conversation->calls--;
    open_calls--;
    release_if_over(conversation);
    free(call);
}

static void finish(struct call *call, const Ttrpc__Response *response) {
    struct sender *sender = call->conversation->sender;
    if (sender != NULL) sender_send(sender, call->stream, &response->base);
    release(call);
}

uint8_t *call_room_for_bytes(struct call *call, size_t most) {
    struct sender *sender = call->conversation->sender;
    return sender == NULL ? NULL : sender_bytes_begin(sender, most);
}

void call_reply_bytes(struct call *call, size_t length) {
    sender_bytes_end(call->conversation->sender, call->stream, length);
    release(call);
}

void call_no_bytes(struct call *call) { sender_bytes_cancel(call->conversation->sender); }

bool call_has_room(struct call *call) {
    struct sender *sender = call->conversation->sender;
    call->crowded = !sender_has_room(sender);
    return !call->crowded;
}

void conversation_room(struct conversation *conversation) {
    struct call *call = conversation->kept;
    while (call != NULL && sender_has_room(conversation->sender)) {
        struct call *next = call->next;
        bool crowded = call->crowded;
        call->crowded = false;
        if (crowded) call->keeper->room(call->context);
        call = crowded ? conversation->kept : next; // the keeper may have answered other calls
    }
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
