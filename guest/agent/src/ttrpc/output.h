#ifndef VMFACTORY_OUTPUT_H
#define VMFACTORY_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Bytes on their way to a descriptor that may not take them yet.
struct output {
    uint8_t *bytes;
    size_t length;
    size_t sent;
    size_t room;
};

// Makes room for length more bytes and returns where to put them; NULL = no memory.
uint8_t *output_extend(struct output *output, size_t length);

// Takes the last length bytes back.
void output_shrink(struct output *output, size_t length);

// Where the next byte would go.
uint8_t *output_end(const struct output *output);

// Writes as much as the descriptor takes now.
void output_flush(struct output *output, int fd);

size_t output_pending(const struct output *output);

// Forgets what was not written; the memory is kept for the next answer unless it is much.
void output_reset(struct output *output);

void output_free(struct output *output);

#endif
