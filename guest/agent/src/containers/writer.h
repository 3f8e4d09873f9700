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
    char last; // byte that was written last; a line's end if none was
    unsigned ending; // how many end-of-file characters the terminal has still to take before the stream closes
    char eof;
};

// Writes to a non-blocking descriptor. Takes ownership of it.
void writer_open(struct writer *writer, int fd);

// Answers a WriteStreamResponse when at least one byte is written. One call may wait at a time; further
// ones fail.
void writer_ask(struct writer *writer, struct call *call, const uint8_t *bytes, size_t length);

// Ends the input of a terminal: closes the stream when the terminal has taken its end-of-file character. A
// call that waits fails.
void writer_end_terminal(struct writer *writer);

// Closes the stream; a call that waits fails.
void writer_close(struct writer *writer);

#endif
