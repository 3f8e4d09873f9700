#ifndef VMFACTORY_READER_H
#define VMFACTORY_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "../call.h"
#include "../loop.h"

// The agent's end of a process's output stream. The agent reads only for a call that waits. Unread data
// stays in the pipe: so a slow host slows the process down, and a host that disconnects loses only the
// data that was on its way.

#define READ_MOST (1u << 20)

struct reader {
    struct source source;
    bool open, watched;
    struct call *call; // waits for data; NULL = none does
    size_t most;
};

// Reads from a non-blocking descriptor. Takes ownership of it.
void reader_open(struct reader *reader, int fd);

// Answers a ReadStreamResponse as soon as there is data; empty = end of the stream. One call may wait at
// a time; further ones fail.
void reader_ask(struct reader *reader, struct call *call, size_t most);

// Reads the data available now for an error text: at most size - 1 bytes, ended with NUL.
void reader_text(struct reader *reader, char *text, size_t size);

// Gives the descriptor away: the stream is closed for calls, and the caller owns the descriptor.
int reader_release(struct reader *reader);

// Closes the stream; a call that waits gets its end.
void reader_close(struct reader *reader);

#endif
