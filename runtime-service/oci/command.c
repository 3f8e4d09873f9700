#include "command.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "message.h"

#define VERSION 1
#define MOST_BYTES (4u << 20)
#define HEADER 4

enum from_client { COMMAND_LINE = 1, OUTPUT_TAKEN = 2, SIGNAL = 3, PROCESS_ENDED = 4 };

static struct {
    int fd;
    struct bytes in;
    size_t taken; // the length of the frame that was taken last
} service = {.fd = -1};

int command_fd(void) { return service.fd; }

// A service of another user must not get the environment of this one.
static bool is_own(int fd) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == geteuid();
}

bool command_connect(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return false;
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 || !is_own(fd)) {
        close(fd);
        return false;
    }
    service.fd = fd;
    return true;
}

static bool send_all(const uint8_t *at, size_t length) {
    while (length > 0) {
        ssize_t sent = send(service.fd, at, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return false;
        at += sent;
        length -= (size_t)sent;
    }
    return true;
}

static bool send_message(enum from_client kind, struct bytes *inner) {
    struct bytes frame = {0}, body = {0};
    put_message(&body, kind, inner);
    bool fits = body.length <= MOST_BYTES;
    uint8_t header[HEADER] = {(uint8_t)(body.length >> 24), (uint8_t)(body.length >> 16), (uint8_t)(body.length >> 8),
                              (uint8_t)body.length};
    bytes_add(&frame, header, HEADER);
    bytes_add(&frame, body.at, body.length);
    bool sent = fits && send_all(frame.at, frame.length);
    free(inner->at);
    free(body.at);
    free(frame.at);
    return sent;
}

static void put_stream(struct bytes *line, int fd) {
    struct bytes stream = {0};
    struct winsize size = {0};
    put_number(&stream, 1, (uint64_t)isatty(fd));
    if (isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0) {
        put_number(&stream, 2, size.ws_row);
        put_number(&stream, 3, size.ws_col);
    }
    put_message(line, 5, &stream);
    free(stream.at);
}

bool command_begin(char **words, char **environment) {
    char directory[PATH_MAX];
    struct bytes line = {0};
    if (getcwd(directory, sizeof directory) == NULL) return false;
    put_number(&line, 1, VERSION);
    for (; *words != NULL; words++) put_text(&line, 2, *words);
    for (; *environment != NULL; environment++) put_text(&line, 3, *environment);
    put_text(&line, 4, directory);
    for (int fd = 0; fd < 3; fd++) put_stream(&line, fd);
    return send_message(COMMAND_LINE, &line);
}

bool command_output_taken(const char *failure) {
    struct bytes taken = {0};
    put_text(&taken, 1, failure);
    return send_message(OUTPUT_TAKEN, &taken);
}

bool command_signal(int number) {
    struct bytes signal = {0};
    put_number(&signal, 1, (uint64_t)number);
    return send_message(SIGNAL, &signal);
}

bool command_ended_with(int field, int number) {
    struct bytes ended = {0};
    put_number(&ended, (unsigned)field, (uint64_t)number);
    return send_message(PROCESS_ENDED, &ended);
}

bool command_ended_output(bool error, const char *reason) {
    struct bytes ended = {0}, output = {0};
    put_number(&output, 1, error);
    put_text(&output, 2, reason);
    put_message(&ended, 3, &output);
    free(output.at);
    return send_message(PROCESS_ENDED, &ended);
}

bool command_ended_lost(const char *reason) {
    struct bytes ended = {0};
    put_text(&ended, 4, reason);
    return send_message(PROCESS_ENDED, &ended);
}

// Returns the length of the first frame if it is whole, 0 if not, -1 if it is none.
static long whole_frame(void) {
    const uint8_t *at = service.in.at;
    if (service.in.length < HEADER) return 0;
    uint32_t length = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    if (length > MOST_BYTES) return -1;
    return service.in.length < HEADER + length ? 0 : (long)(HEADER + length);
}

static int read_more(bool wait) {
    uint8_t *place = bytes_extend(&service.in, 65536);
    ssize_t got = recv(service.fd, place, 65536, wait ? 0 : MSG_DONTWAIT);
    int error = errno;
    service.in.length -= 65536 - (size_t)(got > 0 ? got : 0);
    if (got < 0 && (error == EINTR || error == EAGAIN)) return 0;
    return got > 0 ? 1 : -1;
}

int command_take(struct message *message, bool wait) {
    if (service.taken > 0) bytes_drop(&service.in, service.taken);
    service.taken = 0;
    long length;
    while ((length = whole_frame()) == 0) {
        int more = read_more(wait);
        if (more < 0) return -1;
        if (more == 0 && !wait) return 0;
    }
    if (length < 0) return -1;
    struct reader reader = reader_of(service.in.at + HEADER, (size_t)length - HEADER);
    struct field field;
    if (!next_field(&reader, &field)) return -1;
    *message = (struct message){(enum from_service)field.number, field.bytes, field.length};
    service.taken = (size_t)length;
    return 1;
}
