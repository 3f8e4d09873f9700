#ifndef VMFACTORY_CALL_H
#define VMFACTORY_CALL_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "status.h"
#include "ttrpc/sender.h"

// The code that keeps a call which waits for an event.
struct keeper {
    // The host has gone, or has given up the call, before it was answered. The call does not exist any more.
    void (*gone)(void *context);
    // The host has read enough of its answers: see call_has_room.
    void (*room)(void *context);
};

// One conversation with one host. It ends when the host disconnects, even if the device stays open.
struct conversation {
    struct sender *sender; // NULL = the conversation has ended
    unsigned calls; // calls that still refer to this
    struct call *kept;
};

// A call that has not been answered yet. The code that holds it ends it with exactly one of the functions
// below, now or in a later event. An answer to a conversation that has ended is dropped.
struct call {
    struct conversation *conversation;
    uint32_t stream;
    const struct keeper *keeper; // NULL = not kept
    void *context;
    bool crowded; // waits until the host reads its answers
    struct call *next, *previous; // kept calls of the same conversation
};

struct conversation *conversation_start(struct sender *sender);
void conversation_end(struct conversation *conversation);

// Forgets the kept call with this stream id, as if its conversation had ended. Has no effect if there is none.
void conversation_forget(struct conversation *conversation, uint32_t stream);

struct call *call_start(struct conversation *conversation, uint32_t stream);

// Keeps a call: its keeper learns that its conversation has ended. A call that is not kept outlives its
// conversation; the code that holds it still answers it.
void call_keep(struct call *call, const struct keeper *keeper, void *context);

// Returns how many calls of all conversations are not answered yet.
unsigned calls_open(void);

void call_reply(struct call *call, const ProtobufCMessage *response);

// Answers with a message that has no fields.
void call_reply_empty(struct call *call);

// Begins an answer that is a message with one field: number 1, bytes. Returns room for at most "most"
// bytes. The caller fills it and ends the call with call_reply_bytes; it answers no other call in between.
// NULL = no memory: the caller ends the call in another way.
uint8_t *call_room_for_bytes(struct call *call, size_t most);
void call_reply_bytes(struct call *call, size_t length);

// Gives the room back. The caller still has to end the call.
void call_no_bytes(struct call *call);

// Returns whether the host of a kept call reads its answers. If not, calls the keeper's room when it has.
bool call_has_room(struct call *call);

// Calls the keepers that wait for room, as long as there is room.
void conversation_room(struct conversation *conversation);

void call_fail(struct call *call, enum status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
