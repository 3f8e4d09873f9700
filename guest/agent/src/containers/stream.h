#ifndef VMFACTORY_STREAM_H
#define VMFACTORY_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../call.h"
#include "../loop.h"

// The agent's ends of a process's streams. What is not asked for stays in the pipe: that is the
// back-pressure, and a host that goes away takes nothing with it but what was under way to it.

#define READ_MOST (1u << 20)

struct reader {
    struct source source;
    bool open, watched;
    struct call *call; // waits for data; NULL = nobody does
    size_t most;
};

// Reads a descriptor, which belongs to the reader from now on and must not block.
void reader_open(struct reader *reader, int fd);

// Answers a ReadStreamResponse as soon as there is something; empty = the end. One call at a time:
// a second one is refused.
void reader_ask(struct reader *reader, struct call *call, size_t most);

// What can be read now, for an error text: at most size - 1 bytes, ended with NUL.
void reader_text(struct reader *reader, char *text, size_t size);

// A call that waits is told the end.
void reader_close(struct reader *reader);

struct writer {
    struct source source;
    bool open;
    struct call *call; // waits until its bytes are taken; NULL = nobody does
    uint8_t *bytes;
    size_t length;
};

void writer_open(struct writer *writer, int fd);

// Answers a WriteStreamResponse when at least one byte was taken. One call at a time.
void writer_ask(struct writer *writer, struct call *call, const uint8_t *bytes, size_t length);

// A call that waits is told so.
void writer_close(struct writer *writer);

#endif
