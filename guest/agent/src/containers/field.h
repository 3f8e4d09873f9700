#ifndef VMFACTORY_FIELD_H
#define VMFACTORY_FIELD_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Reads fields of messages by their descriptors. Knows the types that oci.proto has: booleans, numbers, strings
// and messages, and lists of these.

// Returns the size of one value.
size_t field_size(ProtobufCType type);

// Returns the field's value; the pointer to the first one, if it is a list.
void *field_value(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

// Returns how many values a list has.
size_t *field_count(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

// Returns which field of its group ("oneof") is set: its number.
uint32_t *field_case(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

// Returns a copy of the message and of all that it points to, for protobuf_c_message_free_unpacked.
void *message_copy(const ProtobufCMessage *message);

// Returns whether the message has the field: it is neither absent nor empty, zero or false.
bool field_is_given(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

#endif
