#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOM_KEPT (1u << 20) // memory kept while the buffer is empty: enough for the next output of a process

size_t output_pending(const struct output *output) { return output->length - output->sent; }

void output_free(struct output *output) { free(output->bytes); }

void output_reset(struct output *output) {
    output->sent = 0;
    output->length = 0;
    if (output->room <= ROOM_KEPT) return;
    free(output->bytes);
    *output = (struct output){0};
}

static void forget_sent(struct output *output) {
    memmove(output->bytes, output->bytes + output->sent, output_pending(output));
    output->length -= output->sent;
    output->sent = 0;
}

uint8_t *output_extend(struct output *output, size_t length) {
    if (output->sent > output->length / 2) forget_sent(output);
    if (output->length + length > output->room) {
        size_t room = 2 * (output->length + length);
        uint8_t *bytes = realloc(output->bytes, room);
        if (bytes == NULL) return NULL;
        output->bytes = bytes;
        output->room = room;
    }
    uint8_t *place = output->bytes + output->length;
    output->length += length;
    return place;
}

void output_shrink(struct output *output, size_t length) { output->length -= length; }

uint8_t *output_end(const struct output *output) { return output->bytes + output->length; }

void output_flush(struct output *output, int fd) {
    while (output_pending(output) > 0) {
        ssize_t written = write(fd, output->bytes + output->sent, output_pending(output));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return; // the descriptor is full or has no reader; an event will report which
        output->sent += (size_t)written;
    }
    output_reset(output);
}
