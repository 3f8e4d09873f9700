#include "oci_json.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../need.h"
#include "field.h"
#include "kata/oci.pb-c.h"

struct text {
    char *bytes;
    size_t length, room;
    bool valid;
};

// Fields whose key in the specification does not follow from their name in the protocol.
static const struct {
    const char *field, *key;
} names[] = {
    {"Version", "ociVersion"},
    {"Pagesize", "pageSize"},
    {"errnoret", "errnoRet"},
    {"defaulterrnoret", "defaultErrnoRet"},
};

// Fields for which zero, or an empty list, is a value.
static const struct {
    const ProtobufCMessageDescriptor *message;
    const char *fields; // separated and surrounded by spaces
} kept[] = {
    {&grpc__spec__descriptor, " Mounts "}, // crun demands the list
    {&grpc__box__descriptor, " Height Width "},
    {&grpc__user__descriptor, " UID GID "},
    {&grpc__posixrlimit__descriptor, " Hard Soft "},
    {&grpc__linux_idmapping__descriptor, " HostID ContainerID Size "},
    {&grpc__linux_device__descriptor, " Major Minor UID GID "},
    {&grpc__linux_device_cgroup__descriptor, " Allow Minor "},
    {&grpc__linux_weight_device__descriptor, " Major Minor "},
    {&grpc__linux_throttle_device__descriptor, " Major Minor Rate "},
    {&grpc__linux_hugepage_limit__descriptor, " Limit "},
    {&grpc__linux_interface_priority__descriptor, " Priority "},
    {&grpc__linux_seccomp_arg__descriptor, " Index Value "},
};

static void put(struct text *text, const char *bytes, size_t length) {
    if (text->room - text->length <= length) {
        text->room = (text->room + length) * 2 + 1024;
        text->bytes = need(realloc(text->bytes, text->room));
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

static void put_char(struct text *text, char c) { put(text, &c, 1); }

static void put_format(struct text *text, const char *format, ...) {
    char piece[32];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    put(text, piece, (size_t)length);
}

// Returns the length of the UTF-8 character at s. 0 = it is not one.
static size_t character(const unsigned char *s) {
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } forms[] = {{0x80, 0, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if ((s[0] & forms[i].mask) != forms[i].lead) continue;
        uint32_t code = s[0] & (unsigned char)~forms[i].mask;
        for (size_t at = 1; at <= i; at++) {
            if ((s[at] & 0xc0) != 0x80) return 0;
            code = code << 6 | (s[at] & 0x3f);
        }
        bool surrogate = code >= 0xd800 && code < 0xe000;
        return code < forms[i].least || surrogate || code > 0x10ffff ? 0 : i + 1;
    }
    return 0;
}

static void put_string(struct text *text, const char *string) {
    put_char(text, '"');
    const char *plain = string; // start of the characters that are not put yet
    while (*string != '\0') {
        size_t length = character((const unsigned char *)string);
        unsigned char c = (unsigned char)*string;
        if (length == 0) {
            text->valid = false;
            length = 1;
        } else if (c < ' ' || c == '"' || c == '\\') {
            put(text, plain, (size_t)(string - plain));
            put_format(text, "\\u%04x", c);
            plain = string + 1;
        }
        string += length;
    }
    put(text, plain, (size_t)(string - plain));
    put_char(text, '"');
}

// Puts the leading capitals in lower case, except the one that begins the next word: "UIDMappings".
static void put_key(struct text *text, const char *name) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i].field) == 0) {
            put_format(text, "\"%s\":", names[i].key);
            return;
        }
    }
    put_char(text, '"');
    size_t capitals = 0;
    while (isupper((unsigned char)name[capitals])) capitals++;
    if (capitals > 1 && islower((unsigned char)name[capitals])) capitals--;
    for (size_t i = 0; i < capitals; i++) put_char(text, (char)tolower((unsigned char)name[i]));
    put(text, name + capitals, strlen(name + capitals));
    put(text, "\":", 2);
}

static void put_message(struct text *text, const ProtobufCMessage *message);

static void put_value(struct text *text, ProtobufCType type, const void *value) {
    switch (type) {
        case PROTOBUF_C_TYPE_BOOL:
            if (*(const protobuf_c_boolean *)value) put(text, "true", 4);
            else put(text, "false", 5);
            break;
        case PROTOBUF_C_TYPE_UINT32: put_format(text, "%" PRIu32, *(const uint32_t *)value); break;
        case PROTOBUF_C_TYPE_INT64: put_format(text, "%" PRId64, *(const int64_t *)value); break;
        case PROTOBUF_C_TYPE_UINT64: put_format(text, "%" PRIu64, *(const uint64_t *)value); break;
        case PROTOBUF_C_TYPE_STRING: put_string(text, *(char *const *)value); break;
        case PROTOBUF_C_TYPE_MESSAGE: put_message(text, *(ProtobufCMessage *const *)value); break;
        default: abort(); // oci.proto has no other type
    }
}

// A map is a list of messages with the fields "key" and "value", both strings.
static bool is_map(const ProtobufCFieldDescriptor *field) {
    const ProtobufCMessageDescriptor *entry = field->descriptor;
    return field->type == PROTOBUF_C_TYPE_MESSAGE && entry->n_fields == 2
        && strcmp(entry->fields[0].name, "key") == 0 && strcmp(entry->fields[1].name, "value") == 0;
}

static void put_entry(struct text *text, const ProtobufCMessage *entry) {
    const ProtobufCFieldDescriptor *fields = entry->descriptor->fields;
    put_string(text, *(char *const *)field_value(entry, &fields[0]));
    put_char(text, ':');
    put_string(text, *(char *const *)field_value(entry, &fields[1]));
}

static void put_list(struct text *text, const ProtobufCFieldDescriptor *field, const char *items, size_t count) {
    bool map = is_map(field);
    put_char(text, map ? '{' : '[');
    for (size_t i = 0; i < count; i++) {
        const char *item = items + i * field_size(field->type);
        if (i > 0) put_char(text, ',');
        if (map) put_entry(text, *(ProtobufCMessage *const *)item);
        else put_value(text, field->type, item);
    }
    put_char(text, map ? '}' : ']');
}

static bool is_kept(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
    char name[32];
    snprintf(name, sizeof name, " %s ", field->name);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (kept[i].message == message->descriptor) return strstr(kept[i].fields, name) != NULL;
    }
    return false;
}

// No device has the major number 0. Without a major number, the minor number 0 names no device.
static bool is_any_device(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
    if (message->descriptor != &grpc__linux_device_cgroup__descriptor) return false;
    const Grpc__LinuxDeviceCgroup *rule = (const Grpc__LinuxDeviceCgroup *)message;
    if (strcmp(field->name, "Minor") == 0) return rule->minor < 0 || (rule->major <= 0 && rule->minor == 0);
    return strcmp(field->name, "Major") == 0 && rule->major <= 0;
}

static bool is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
    return !is_any_device(message, field) && (is_kept(message, field) || field_is_given(message, field));
}

// The protocol has no field for the personality. The agent starts crun with fixed addresses, and a container
// must not inherit them.
static const char personality[] = "\"personality\":{\"domain\":\"LINUX\"}";

static void put_message(struct text *text, const ProtobufCMessage *message) {
    bool first = message->descriptor != &grpc__linux__descriptor;
    put_char(text, '{');
    if (!first) put(text, personality, sizeof personality - 1);
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        if (!is_set(message, field)) continue;
        const void *value = field_value(message, field);
        if (!first) put_char(text, ',');
        first = false;
        put_key(text, field->name);
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            put_list(text, field, *(char *const *)value, *field_count(message, field));
        } else {
            put_value(text, field->type, value);
        }
    }
    put_char(text, '}');
}

char *oci_json(const ProtobufCMessage *message, size_t *length) {
    struct text text = {.valid = true};
    put_message(&text, message);
    if (!text.valid) {
        free(text.bytes);
        return NULL;
    }
    *length = text.length;
    return text.bytes;
}
