#include "bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "need.h"
#include "report.h"

#define FILE_MOST (4u << 20)

uint8_t *bytes_extend(struct bytes *bytes, size_t length) {
    if (bytes->length + length > bytes->room) {
        bytes->room = 2 * (bytes->length + length);
        bytes->at = need(realloc(bytes->at, bytes->room));
    }
    uint8_t *place = bytes->at + bytes->length;
    bytes->length += length;
    return place;
}

void bytes_add(struct bytes *bytes, const void *data, size_t length) {
    if (length > 0) memcpy(bytes_extend(bytes, length), data, length);
}

void bytes_text(struct bytes *bytes, const char *text) { bytes_add(bytes, text, strlen(text)); }

void bytes_format(struct bytes *bytes, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    bytes_add(bytes, text, length < (int)sizeof text ? (size_t)length : sizeof text - 1);
}

void bytes_json(struct bytes *bytes, const char *text) {
    bytes_text(bytes, "\"");
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') {
            bytes_format(bytes, "\\%c", *c);
        } else if (*c < 0x20) {
            bytes_format(bytes, "\\u%04x", *c);
        } else {
            bytes_add(bytes, c, 1);
        }
    }
    bytes_text(bytes, "\"");
}

void bytes_file(struct bytes *bytes, const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) stop_errno("cannot open %s", path);
    while (bytes->length < FILE_MOST) {
        uint8_t *place = bytes_extend(bytes, 65536);
        ssize_t got = read(fd, place, 65536);
        bytes->length -= 65536 - (size_t)(got > 0 ? got : 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) stop_errno("cannot read %s", path);
        if (got == 0) {
            close(fd);
            return;
        }
    }
    stop("%s has more than 4 MiB", path);
}

void bytes_drop(struct bytes *bytes, size_t length) {
    memmove(bytes->at, bytes->at + length, bytes->length - length);
    bytes->length -= length;
}

char *text_of(const uint8_t *at, size_t length) {
    char *text = need(malloc(length + 1));
    if (length > 0) memcpy(text, at, length);
    text[length] = '\0';
    return text;
}

uint32_t text_hash(const char *text) {
    uint32_t hash = 2166136261u;
    for (const char *c = text; *c != '\0'; c++) hash = (hash ^ (uint8_t)*c) * 16777619u;
    return hash;
}
