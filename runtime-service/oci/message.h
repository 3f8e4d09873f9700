#ifndef VMFACTORY_MESSAGE_H
#define VMFACTORY_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

// Writes and reads the few messages of protobuf that this program needs, and the frames of ttRPC around them.

void put_number(struct bytes *message, unsigned field, uint64_t value);
void put_bytes(struct bytes *message, unsigned field, const void *data, size_t length);
void put_text(struct bytes *message, unsigned field, const char *text);
void put_message(struct bytes *message, unsigned field, const struct bytes *inner);

// A field of a message: a number, or bytes.
struct field {
    unsigned number;
    uint64_t value;
    const uint8_t *bytes;
    size_t length;
};

// Reads the fields of a message one after the other.
struct reader {
    const uint8_t *at;
    const uint8_t *end;
};

struct reader reader_of(const uint8_t *bytes, size_t length);

// Returns false at the end, or if the bytes are not a message.
bool next_field(struct reader *reader, struct field *field);

// Appends the frame of a request.
void put_request(struct bytes *out, uint32_t stream, const char *service, const char *method, const struct bytes *payload,
                 uint64_t timeout_nanos);

// Appends the frame of an answer: a payload, or a refusal with its text.
void put_answer(struct bytes *out, uint32_t stream, const struct bytes *payload);
void put_refusal(struct bytes *out, uint32_t stream, int code, const char *text);

// An answer to a request. The bytes belong to the frame.
struct answer {
    uint32_t stream;
    int code; // gRPC's; 0 = success
    const uint8_t *message;
    size_t message_length;
    const uint8_t *payload;
    size_t payload_length;
};

// Returns the length of the frame at the beginning of the bytes, and the answer in it. 0 = it is not complete.
// -1 = the bytes are not an answer's.
long take_answer(const struct bytes *in, struct answer *answer);

#endif
