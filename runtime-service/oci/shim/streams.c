#include "streams.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_SCHEME "file://"

static const char *const words[] = {"stdin", "stdout", "stderr"};

static int refused(struct bytes *why, int number, const char *name, const char *reason) {
    bytes_text(why, words[number]);
    bytes_text(why, ": ");
    bytes_text(why, name);
    bytes_text(why, ": ");
    bytes_text(why, reason);
    return -1;
}

// Copies the path of a URL, without its query. Returns false if it is too long or not well-formed.
static bool path_of(const char *url, char path[PATH_MAX]) {
    size_t length = 0;
    for (const char *c = url; *c != '\0' && *c != '?' && *c != '#'; c++) {
        unsigned byte = (unsigned char)*c;
        if (byte == '%') {
            if (sscanf(c + 1, "%2x", &byte) != 1 || c[1] == '\0' || c[2] == '\0' || byte == 0) return false;
            c += 2;
        }
        if (length == PATH_MAX - 1) return false;
        path[length++] = (char)byte;
    }
    path[length] = '\0';
    return *path == '/';
}

static int open_file(struct bytes *why, int number, const char *url) {
    char path[PATH_MAX];
    if (number == 0) return refused(why, number, url, "a file cannot be an input; use a FIFO");
    if (!path_of(url + strlen(FILE_SCHEME), path)) return refused(why, number, url, "is not the URL of a file");
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);
    return fd >= 0 ? fd : refused(why, number, url, strerror(errno));
}

// Opens a FIFO without waiting for its other end. An output has a reader of its own, so that it does not break when a
// client leaves.
static int open_fifo(struct bytes *why, int number, const char *path) {
    struct stat found;
    int mode = number == 0 ? O_RDONLY : O_RDWR;
    int fd = open(path, mode | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return refused(why, number, path, strerror(errno));
    if (fstat(fd, &found) == 0 && S_ISFIFO(found.st_mode)) return fd;
    close(fd);
    return refused(why, number, path, "is not a FIFO");
}

static int open_one(struct bytes *why, int number, const char *name, bool terminal) {
    if (*name == '\0' || (terminal && number == 2)) return open("/dev/null", O_RDWR | O_CLOEXEC);
    if (strncmp(name, FILE_SCHEME, strlen(FILE_SCHEME)) == 0) return open_file(why, number, name);
    if (strstr(name, "://") != NULL) {
        return refused(why, number, name, "this kind of stream is not supported; use a FIFO or file://");
    }
    return open_fifo(why, number, name);
}

bool streams_open(struct streams *streams, const struct stream_names *names, struct bytes *why) {
    *streams = (struct streams){{-1, -1, -1}, -1};
    for (int i = 0; i < 3; i++) {
        streams->fd[i] = open_one(why, i, names->name[i], names->terminal);
        if (streams->fd[i] < 0) {
            streams_close(streams);
            return false;
        }
    }
    // A client that leaves must not end the input: CloseIO does.
    if (*names->name[0] != '\0') streams->held = open(names->name[0], O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    return true;
}

void streams_close(struct streams *streams) {
    for (int i = 0; i < 3; i++) {
        if (streams->fd[i] >= 0) close(streams->fd[i]);
    }
    if (streams->held >= 0) close(streams->held);
}
