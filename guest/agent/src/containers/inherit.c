#include "inherit.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../need.h"

Grpc__Process *process_copy(const Grpc__Process *process) {
    size_t length = grpc__process__get_packed_size(process);
    uint8_t *bytes = need(malloc(length + 1));
    grpc__process__pack(process, bytes);
    Grpc__Process *copy = need(grpc__process__unpack(NULL, length, bytes));
    free(bytes);
    return copy;
}

static size_t size_of(ProtobufCType type) {
    switch (type) {
        case PROTOBUF_C_TYPE_BOOL: return sizeof(protobuf_c_boolean);
        case PROTOBUF_C_TYPE_INT32:
        case PROTOBUF_C_TYPE_UINT32:
        case PROTOBUF_C_TYPE_ENUM: return sizeof(uint32_t);
        case PROTOBUF_C_TYPE_BYTES: return sizeof(ProtobufCBinaryData);
        default: return sizeof(uint64_t); // or a pointer
    }
}

static void *member(const ProtobufCMessage *message, unsigned offset) {
    return (char *)message + offset;
}

// Returns whether the field has a number that says how many values it has, or whether it has one.
static bool is_counted(const ProtobufCFieldDescriptor *field) { return field->quantifier_offset != 0; }

static size_t count_size(const ProtobufCFieldDescriptor *field) {
    return field->label == PROTOBUF_C_LABEL_REPEATED ? sizeof(size_t) : sizeof(protobuf_c_boolean);
}

static size_t value_size(const ProtobufCFieldDescriptor *field) {
    return field->label == PROTOBUF_C_LABEL_REPEATED ? sizeof(void *) : size_of(field->type);
}

static bool is_given(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
    static const uint64_t zeros[2];
    const void *value = member(message, field->offset);
    if (is_counted(field)) {
        return memcmp(member(message, field->quantifier_offset), zeros, count_size(field)) != 0;
    }
    if (field->type == PROTOBUF_C_TYPE_STRING) return **(char *const *)value != '\0';
    return memcmp(value, zeros, value_size(field)) != 0;
}

static void take(
    const ProtobufCMessage *to, const ProtobufCMessage *from, const ProtobufCFieldDescriptor *field) {
    memcpy(member(to, field->offset), member(from, field->offset), value_size(field));
    if (!is_counted(field)) return;
    unsigned offset = field->quantifier_offset;
    memcpy(member(to, offset), member(from, offset), count_size(field));
}

static bool is_own(const ProtobufCFieldDescriptor *field) {
    static const char *const names[] = {"Terminal", "ConsoleSize", "Args"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(field->name, names[i]) == 0) return true;
    }
    return false;
}

Grpc__Process process_inherit(const Grpc__Process *asked, const Grpc__Process *like) {
    Grpc__Process whole = *asked;
    const ProtobufCMessageDescriptor *type = &grpc__process__descriptor;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        if (!is_own(field) && !is_given(&asked->base, field)) take(&whole.base, &like->base, field);
    }
    return whole;
}
