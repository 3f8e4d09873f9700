#include "field.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../need.h"

static void *at(const ProtobufCMessage *message, unsigned offset) { return (char *)message + offset; }

size_t field_size(ProtobufCType type) {
    if (type == PROTOBUF_C_TYPE_BOOL) return sizeof(protobuf_c_boolean);
    return type == PROTOBUF_C_TYPE_UINT32 ? sizeof(uint32_t) : sizeof(uint64_t); // or a pointer
}

void *field_value(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
    return at(message, field->offset);
}

size_t *field_count(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
    return at(message, field->quantifier_offset);
}

uint32_t *field_case(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
    return at(message, field->quantifier_offset);
}

void *message_copy(const ProtobufCMessage *message) {
    size_t length = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = need(malloc(length + 1));
    protobuf_c_message_pack(message, bytes);
    void *copy = need(protobuf_c_message_unpack(message->descriptor, NULL, length, bytes));
    free(bytes);
    return copy;
}

bool field_is_given(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
    static const uint64_t zero;
    const void *value = field_value(message, field);
    if (field->label == PROTOBUF_C_LABEL_REPEATED) return *field_count(message, field) > 0;
    if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
        return *field_case(message, field) == field->id;
    }
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *string = *(char *const *)value;
        return string != NULL && *string != '\0';
    }
    return memcmp(value, &zero, field_size(field->type)) != 0;
}
