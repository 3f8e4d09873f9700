#ifndef VMFACTORY_OUTPUT_H
#define VMFACTORY_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Buffers bytes for a descriptor that may not take them yet.
struct output {
    uint8_t *bytes;
    size_t length;
    size_t sent;
    size_t room;
};

// Makes room for length more bytes and returns the place for them. NULL = no memory.
uint8_t *output_extend(struct output *output, size_t length);

// Removes the last length bytes.
void output_shrink(struct output *output, size_t length);

// Returns the place of the next byte.
uint8_t *output_end(const struct output *output);

// Writes as many bytes as the descriptor takes now.
void output_flush(struct output *output, int fd);

size_t output_pending(const struct output *output);

// Drops the unsent bytes. Keeps the memory for the next answer, unless it is large.
void output_reset(struct output *output);

void output_free(struct output *output);

#endif
