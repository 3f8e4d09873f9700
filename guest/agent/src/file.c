#include "file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATH_LENGTH 4096

static char root[PATH_LENGTH / 2];

void file_set_root(const char *directory) { snprintf(root, sizeof root, "%s", directory); }

static int open_mode(const char *path, int flags, mode_t mode) {
    char full[PATH_LENGTH];
    snprintf(full, sizeof full, "%s%s", root, path);
    return open(full, flags | O_CLOEXEC, mode);
}

int file_open(const char *path, int flags) { return open_mode(path, flags, 0); }

ssize_t file_read(const char *path, char *text, size_t size) {
    int fd = file_open(path, O_RDONLY);
    if (fd < 0) return -1;
    size_t length = 0;
    ssize_t got;
    while (length < size - 1 && (got = read(fd, text + length, size - 1 - length)) > 0) {
        length += (size_t)got;
    }
    close(fd);
    while (length > 0 && isspace((unsigned char)text[length - 1])) length--;
    text[length] = '\0';
    return (ssize_t)length;
}

static int write_all(int fd, const char *text) {
    if (fd < 0) return -1;
    size_t length = strlen(text);
    ssize_t written = write(fd, text, length);
    int error = written < 0 ? errno : EIO;
    close(fd);
    errno = error;
    return written == (ssize_t)length ? 0 : -1;
}

int file_set(const char *path, const char *text) {
    return write_all(file_open(path, O_WRONLY | O_TRUNC), text);
}

char *file_map(const char *path, const char *text) {
    size_t length = strlen(text);
    int fd = open_mode(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (fd < 0) return NULL;
    bool long_enough = ftruncate(fd, (off_t)length) == 0;
    char *shown = long_enough ? mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    int error = errno;
    close(fd);
    errno = error;
    return shown == MAP_FAILED ? NULL : memcpy(shown, text, length);
}

bool file_list(const char *directory, void (*visit)(const char *, void *), void *context) {
    int fd = file_open(directory, O_RDONLY | O_DIRECTORY);
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    if (entries == NULL) return false;
    struct dirent *entry;
    while ((entry = readdir(entries)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            visit(entry->d_name, context);
        }
    }
    closedir(entries);
    return true;
}
