#include "inherit.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "field.h"

static void take(
    const ProtobufCMessage *to, const ProtobufCMessage *from, const ProtobufCFieldDescriptor *field) {
    bool list = field->label == PROTOBUF_C_LABEL_REPEATED;
    size_t size = list ? sizeof(void *) : field_size(field->type);
    memcpy(field_value(to, field), field_value(from, field), size);
    if (list) *field_count(to, field) = *field_count(from, field);
    if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) *field_case(to, field) = *field_case(from, field);
}

static bool is_own(const ProtobufCFieldDescriptor *field) {
    static const char *const names[] = {"Terminal", "ConsoleSize", "Args"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(field->name, names[i]) == 0) return true;
    }
    return false;
}

static void inherit_mask(struct inherited *it, const Grpc__User *like) {
    it->user = *it->process.user;
    it->process.user = &it->user;
    if (it->user.file_mask_case != GRPC__USER__FILE_MASK__NOT_SET) return;
    it->user.file_mask_case = like->file_mask_case;
    it->user.umask = like->umask;
}

void process_inherit(struct inherited *it, const Grpc__Process *asked, const Grpc__Process *like) {
    it->process = *asked;
    if (asked->user != NULL && like->user != NULL) inherit_mask(it, like->user);
    const ProtobufCMessageDescriptor *type = &grpc__process__descriptor;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        if (!is_own(field) && !field_is_given(&asked->base, field)) take(&it->process.base, &like->base, field);
    }
}
