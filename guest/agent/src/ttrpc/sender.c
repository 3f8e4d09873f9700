#include "sender.h"

#include "../log.h"
#include "frame.h"

#define OUTPUT_LIMIT (1u << 20)

bool sender_has_room(const struct sender *sender) {
    return output_pending(&sender->output) < OUTPUT_LIMIT;
}

void sender_send(struct sender *sender, uint32_t stream, const ProtobufCMessage *response) {
    size_t length = protobuf_c_message_get_packed_size(response);
    uint8_t *place = output_extend(&sender->output, FRAME_HEADER_SIZE + length);
    if (place == NULL) {
        log_error("no memory for an answer of %zu bytes", length);
        return;
    }
    frame_response_header(place, stream, (uint32_t)length);
    protobuf_c_message_pack(response, place + FRAME_HEADER_SIZE);
    output_flush(&sender->output, sender->fd);
}

// The bytes are read straight into the output buffer, before their number is known. So the lengths in
// front of them are varints of a fixed width, filled in afterwards.
#define BYTES_HEAD (FRAME_HEADER_SIZE + 1 + LENGTH_WIDTH + 1 + LENGTH_WIDTH)
#define LENGTH_WIDTH 4

static uint8_t *put_length(uint8_t *at, uint8_t tag, size_t length) {
    *at++ = tag;
    for (int i = 0; i < LENGTH_WIDTH; i++) {
        *at++ = (uint8_t)((length & 0x7f) | (i < LENGTH_WIDTH - 1 ? 0x80 : 0));
        length >>= 7;
    }
    return at;
}

uint8_t *sender_bytes_begin(struct sender *sender, size_t most) {
    uint8_t *place = output_extend(&sender->output, BYTES_HEAD + most);
    sender->bytes_room = most;
    return place == NULL ? NULL : place + BYTES_HEAD;
}

void sender_bytes_end(struct sender *sender, uint32_t stream, size_t length) {
    output_shrink(&sender->output, sender->bytes_room - length);
    uint8_t *at = output_end(&sender->output) - BYTES_HEAD - length;
    frame_response_header(at, stream, (uint32_t)(BYTES_HEAD - FRAME_HEADER_SIZE + length));
    at = put_length(at + FRAME_HEADER_SIZE, 0x12, 1 + LENGTH_WIDTH + length); // ttrpc.Response.payload
    put_length(at, 0x0a, length);
    output_flush(&sender->output, sender->fd);
}

void sender_bytes_cancel(struct sender *sender) {
    output_shrink(&sender->output, BYTES_HEAD + sender->bytes_room);
}
