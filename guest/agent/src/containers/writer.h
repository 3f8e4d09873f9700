#ifndef VMFACTORY_WRITER_H
#define VMFACTORY_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../call.h"
#include "../loop.h"

// The agent's end of a process's input stream.

struct writer {
    struct source source;
    bool open;
    struct call *call; // waits until some of its bytes are written; NULL = none does
    uint8_t *bytes;
    size_t length;
};

// Writes to a non-blocking descriptor. Takes ownership of it.
void writer_open(struct writer *writer, int fd);

// Answers a WriteStreamResponse when at least one byte is written. One call may wait at a time; further
// ones fail.
void writer_ask(struct writer *writer, struct call *call, const uint8_t *bytes, size_t length);

// Closes the stream; a call that waits fails.
void writer_close(struct writer *writer);

#endif
