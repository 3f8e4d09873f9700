#include "message.h"

#include <stdlib.h>
#include <string.h>

#include "ttrpc/frame.h"

enum wire { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

static void put_varint(struct bytes *message, uint64_t value) {
    uint8_t bytes[10];
    size_t length = 0;
    for (; value > 0x7f; value >>= 7) bytes[length++] = (uint8_t)(value | 0x80);
    bytes[length++] = (uint8_t)value;
    bytes_add(message, bytes, length);
}

void put_number(struct bytes *message, unsigned field, uint64_t value) {
    put_varint(message, field << 3 | WIRE_VARINT);
    put_varint(message, value);
}

void put_bytes(struct bytes *message, unsigned field, const void *data, size_t length) {
    put_varint(message, field << 3 | WIRE_BYTES);
    put_varint(message, length);
    bytes_add(message, data, length);
}

void put_text(struct bytes *message, unsigned field, const char *text) { put_bytes(message, field, text, strlen(text)); }

void put_message(struct bytes *message, unsigned field, const struct bytes *inner) {
    put_bytes(message, field, inner->at, inner->length);
}

struct reader reader_of(const uint8_t *bytes, size_t length) { return (struct reader){bytes, bytes + length}; }

static bool get_varint(struct reader *reader, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; shift < 64 && reader->at < reader->end; shift += 7) {
        uint8_t byte = *reader->at++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return true;
    }
    return false;
}

static bool take(struct reader *reader, uint64_t length, struct field *field) {
    if (length > (uint64_t)(reader->end - reader->at)) return false;
    field->bytes = reader->at;
    field->length = length;
    reader->at += length;
    return true;
}

bool next_field(struct reader *reader, struct field *field) {
    uint64_t key, length;
    *field = (struct field){0};
    if (reader->at == reader->end || !get_varint(reader, &key)) return false;
    field->number = (unsigned)(key >> 3);
    switch ((enum wire)(key & 7)) {
    case WIRE_VARINT: return get_varint(reader, &field->value);
    case WIRE_BYTES: return get_varint(reader, &length) && take(reader, length, field);
    case WIRE_FIXED64: return take(reader, 8, field);
    case WIRE_FIXED32: return take(reader, 4, field);
    }
    return false;
}

// Appends a frame around a body, which it frees.
static void put_frame(struct bytes *out, uint32_t stream, enum frame_type type, struct bytes *body) {
    uint8_t *header = bytes_extend(out, FRAME_HEADER_SIZE);
    frame_response_header(header, stream, (uint32_t)body->length);
    header[8] = (uint8_t)type;
    bytes_add(out, body->at, body->length);
    free(body->at);
}

void put_request(struct bytes *out, uint32_t stream, const char *service, const char *method, const struct bytes *payload,
                 uint64_t timeout_nanos) {
    struct bytes body = {0};
    put_text(&body, 1, service);
    put_text(&body, 2, method);
    put_message(&body, 3, payload);
    if (timeout_nanos > 0) put_number(&body, 4, timeout_nanos);
    put_frame(out, stream, FRAME_REQUEST, &body);
}

void put_answer(struct bytes *out, uint32_t stream, const struct bytes *payload) {
    struct bytes body = {0};
    put_message(&body, 2, payload);
    put_frame(out, stream, FRAME_RESPONSE, &body);
}

void put_refusal(struct bytes *out, uint32_t stream, int code, const char *text) {
    struct bytes body = {0}, status = {0};
    put_number(&status, 1, (uint64_t)code);
    put_text(&status, 2, text);
    put_message(&body, 1, &status);
    free(status.at);
    put_frame(out, stream, FRAME_RESPONSE, &body);
}

static bool read_status(const struct field *status, struct answer *answer) {
    struct reader reader = reader_of(status->bytes, status->length);
    struct field field;
    while (next_field(&reader, &field)) {
        if (field.number == 1) answer->code = (int)field.value;
        if (field.number == 2) {
            answer->message = field.bytes;
            answer->message_length = field.length;
        }
    }
    return reader.at == reader.end;
}

long take_answer(const struct bytes *in, struct answer *answer) {
    *answer = (struct answer){0};
    if (in->length < FRAME_HEADER_SIZE) return 0;
    uint32_t length = frame_length(in->at);
    if (in->at[8] != FRAME_RESPONSE || length > FRAME_BODY_MAX) return -1;
    if (in->length < FRAME_HEADER_SIZE + length) return 0;
    answer->stream = frame_stream(in->at);
    struct reader reader = reader_of(in->at + FRAME_HEADER_SIZE, length);
    struct field field;
    while (next_field(&reader, &field)) {
        if (field.number == 1 && !read_status(&field, answer)) return -1;
        if (field.number == 2) {
            answer->payload = field.bytes;
            answer->payload_length = field.length;
        }
    }
    return reader.at == reader.end ? (long)(FRAME_HEADER_SIZE + length) : -1;
}
