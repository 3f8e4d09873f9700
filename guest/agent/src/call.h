#ifndef VMFACTORY_CALL_H
#define VMFACTORY_CALL_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "status.h"
#include "ttrpc/sender.h"

// Whoever keeps a call that waits for something.
struct keeper {
    // The conversation has ended before the call was answered: the call is no more.
    void (*gone)(void *context);
    // The host has read enough of what it was answered: see call_has_room.
    void (*room)(void *context);
};

// One conversation with one host: it ends when the host goes away, even if the device stays.
struct conversation {
    struct sender *sender; // NULL = over
    unsigned calls; // calls that still hold this
    struct call *kept;
};

// A call that has not been answered yet. Whoever has it ends it with exactly one of the functions
// below, now or in a later event. An answer to a conversation that is over goes nowhere.
struct call {
    struct conversation *conversation;
    uint32_t stream;
    const struct keeper *keeper; // NULL = not kept
    void *context;
    bool crowded; // waits for room
    struct call *next, *previous; // among the kept ones
};

struct conversation *conversation_start(struct sender *sender);
void conversation_end(struct conversation *conversation);

struct call *call_start(struct conversation *conversation, uint32_t stream);

// A call that is not kept lives on when its conversation ends, until it is answered to nobody.
void call_keep(struct call *call, const struct keeper *keeper, void *context);

// How many are not answered yet, of all conversations.
unsigned calls_open(void);

void call_reply(struct call *call, const ProtobufCMessage *response);

// Answers with a message that has no fields.
void call_reply_empty(struct call *call);

// Answers with a message whose only field is number 1, bytes: room for most of them, which the caller
// fills before call_reply_bytes says how many there are; nothing else may be answered between the two.
// NULL = no memory; the call must be ended otherwise then.
uint8_t *call_room_for_bytes(struct call *call, size_t most);
void call_reply_bytes(struct call *call, size_t length);

// Takes the room back; the call is still to be answered.
void call_no_bytes(struct call *call);

// Whether the host of a kept call reads its answers. If not, the keeper is told when it has done so.
bool call_has_room(struct call *call);

// Tells the keepers that wait for room while there is some.
void conversation_room(struct conversation *conversation);

void call_fail(struct call *call, enum status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
