#ifndef VMFACTORY_BYTES_H
#define VMFACTORY_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Bytes that grow: messages of protobuf, JSON. Without memory, the process ends.
struct bytes {
    uint8_t *at;
    size_t length;
    size_t room;
};

// Returns the place for length more bytes.
uint8_t *bytes_extend(struct bytes *bytes, size_t length);
void bytes_add(struct bytes *bytes, const void *data, size_t length);
void bytes_text(struct bytes *bytes, const char *text);
void bytes_format(struct bytes *bytes, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Appends a JSON string with its quotes.
void bytes_json(struct bytes *bytes, const char *text);

// Appends the content of a file. Ends the process if it cannot be read.
void bytes_file(struct bytes *bytes, const char *path);

// Removes the first length bytes.
void bytes_drop(struct bytes *bytes, size_t length);

// Returns a string with a copy of some bytes.
char *text_of(const uint8_t *at, size_t length);

// Returns a number for a text, to tell it from others (FNV-1a).
uint32_t text_hash(const char *text);

#endif
