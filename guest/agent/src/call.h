#ifndef VMFACTORY_CALL_H
#define VMFACTORY_CALL_H

#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

#include "status.h"

struct channel;

// One conversation with one host: it ends when the host goes away, even if the device stays.
struct conversation {
    struct channel *channel; // NULL = over
    unsigned calls; // calls that still hold this
};

// A call that has not been answered yet. Whoever has it ends it with exactly one of the functions
// below, now or in a later event. An answer to a conversation that is over goes nowhere.
struct call {
    struct conversation *conversation;
    uint32_t stream;
};

struct conversation *conversation_start(struct channel *channel);
void conversation_end(struct conversation *conversation);

struct call *call_start(struct conversation *conversation, uint32_t stream);

void call_reply(struct call *call, const ProtobufCMessage *response);

// Answers with a message that has no fields.
void call_reply_empty(struct call *call);

void call_fail(struct call *call, enum status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
