#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../path.h"
#include "../problem.h"
#include "kata/agent.pb-c.h"
#include "services.h"

// CopyFile writes a file in pieces, under a temporary name in the same directory, and renames it when it
// is complete. With in_place, it writes into the file that is there.

#define DEFAULT_DIRECTORY_MODE 0755
#define PART_NAME_SIZE 48

// Writes the temporary name, which is the same for each piece of a file. It is a hash of the file's name,
// because that name may have the maximum length already.
static void part_name(const char *name, char part[PART_NAME_SIZE]) {
    uint64_t hash = 0xcbf29ce484222325u; // FNV-1a
    for (; *name != '\0'; name++) hash = (hash ^ (uint8_t)*name) * 0x100000001b3u;
    snprintf(part, PART_NAME_SIZE, ".vmfactory-copy-%016llx", (unsigned long long)hash);
}

static bool failed(struct problem *problem, const char *what) {
    bool full = errno == ENOSPC || errno == EDQUOT;
    return problem_set(
        problem, full ? STATUS_RESOURCE_EXHAUSTED : STATUS_INTERNAL, "%s: %m", what);
}

static bool write_piece(int fd, const Grpc__CopyFileRequest *request) {
    size_t written = 0;
    while (written < request->data.len) {
        ssize_t more = pwrite(
            fd, request->data.data + written, request->data.len - written,
            request->offset + (off_t)written);
        if (more < 0) return false;
        written += (size_t)more;
    }
    return true;
}

static bool set_owner(int fd, const Grpc__CopyFileRequest *request) {
    return fchown(fd, (uid_t)request->uid, (gid_t)request->gid) == 0
        && fchmod(fd, request->file_mode & 07777) == 0;
}

static bool publish(
    int directory, const char *part, const char *name, int fd, const Grpc__CopyFileRequest *request) {
    return set_owner(fd, request) && renameat(directory, part, directory, name) == 0;
}

// Writes into the file itself, whose mounts show it.
static bool overwrite_piece(
    int directory, const char *name, const Grpc__CopyFileRequest *request, struct problem *problem) {
    int fd = openat(directory, name, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    bool regular = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    if (fd < 0 && errno == ENOENT) return problem_set(problem, STATUS_NOT_FOUND, "there is no such file");
    if (fd >= 0 && !regular) {
        close(fd);
        return problem_set(problem, STATUS_INVALID_ARGUMENT, "it is not a regular file");
    }
    if (fd >= 0 && request->offset > st.st_size) {
        close(fd);
        return problem_set(problem, STATUS_INVALID_ARGUMENT, "offset is beyond its end");
    }
    bool whole = request->offset + (int64_t)request->data.len == request->file_size;
    bool good = fd >= 0 && (request->offset > 0 || ftruncate(fd, 0) == 0) && write_piece(fd, request)
        && (!whole || set_owner(fd, request));
    if (!good) failed(problem, "cannot write it");
    if (fd >= 0) close(fd);
    return good;
}

static bool copy_piece(
    int directory, const char *name, const Grpc__CopyFileRequest *request, struct problem *problem) {
    char part[PART_NAME_SIZE];
    part_name(name, part);
    int first = request->offset == 0 ? O_CREAT | O_TRUNC : 0;
    int fd = openat(
        directory, part, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | first, 0600);
    struct stat st = {0};
    if (fd < 0 && errno != ENOENT) return failed(problem, "cannot create it");
    if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
        close(fd);
        return problem_set(problem, STATUS_INTERNAL, "%s exists and is not a regular file", part);
    }
    if (request->offset > st.st_size) {
        if (fd >= 0) close(fd);
        return problem_set(
            problem, STATUS_INVALID_ARGUMENT, "offset is %lld, but %lld bytes have arrived",
            (long long)request->offset, (long long)st.st_size);
    }
    bool whole = request->offset + (int64_t)request->data.len == request->file_size;
    bool good = fd >= 0 && write_piece(fd, request)
        && (!whole || publish(directory, part, name, fd, request));
    if (!good) {
        failed(problem, "cannot write it");
        unlinkat(directory, part, 0);
    }
    if (fd >= 0) close(fd);
    return good;
}

static bool make_directory(
    int directory, const char *name, const Grpc__CopyFileRequest *request, struct problem *problem) {
    if (mkdirat(directory, name, 0700) < 0 && errno != EEXIST) return failed(problem, "cannot create it");
    int fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool good = fd >= 0 && fchown(fd, (uid_t)request->uid, (gid_t)request->gid) == 0
        && fchmod(fd, request->file_mode & 07777) == 0;
    if (!good) failed(problem, "cannot set it up as a directory");
    if (fd >= 0) close(fd);
    return good;
}

static bool make_link(
    int directory, const char *name, const Grpc__CopyFileRequest *request, struct problem *problem) {
    char part[PART_NAME_SIZE], target[PATH_MAX];
    if (request->data.len == 0 || request->data.len >= sizeof target) {
        return problem_set(
            problem, STATUS_INVALID_ARGUMENT, "data: a link's target must have 1 to %zu bytes",
            sizeof target - 1);
    }
    snprintf(target, sizeof target, "%.*s", (int)request->data.len, (char *)request->data.data);
    part_name(name, part);
    unlinkat(directory, part, 0);
    bool good = symlinkat(target, directory, part) == 0
        && fchownat(
               directory, part, (uid_t)request->uid, (gid_t)request->gid, AT_SYMLINK_NOFOLLOW) == 0
        && renameat(directory, part, directory, name) == 0;
    if (!good) {
        failed(problem, "cannot make the link");
        unlinkat(directory, part, 0);
    }
    return good;
}

// Returns what is wrong with the request, or NULL.
static const char *wrong_field(const Grpc__CopyFileRequest *request) {
    if (!path_allowed(request->path)) return "path is not a canonical path below /run";
    if (request->uid < 0 || request->gid < 0) return "uid or gid is negative";
    if (request->file_size < 0 || request->offset < 0) return "file_size or offset is negative";
    int64_t rest = request->file_size - request->offset;
    bool regular = (request->file_mode & S_IFMT) == S_IFREG || (request->file_mode & S_IFMT) == 0;
    if (regular && (rest < 0 || (uint64_t)rest < request->data.len)) return "data ends beyond file_size";
    return NULL;
}

static bool copy(const Grpc__CopyFileRequest *request, struct problem *problem) {
    char parent[PATH_MAX];
    size_t kept;
    const char *name = strrchr(request->path, '/') + 1;
    snprintf(parent, sizeof parent, "%.*s", (int)(name - 1 - request->path), request->path);
    mode_t mode = request->dir_mode == 0 ? DEFAULT_DIRECTORY_MODE : request->dir_mode & 07777;
    int directory = path_make(parent, mode, &kept);
    bool good = directory >= 0;
    if (!good) {
        failed(problem, parent);
    } else if (S_ISDIR(request->file_mode)) {
        good = make_directory(directory, name, request, problem);
    } else if (S_ISLNK(request->file_mode)) {
        good = make_link(directory, name, request, problem);
    } else if (request->in_place) {
        good = overwrite_piece(directory, name, request, problem);
    } else {
        good = copy_piece(directory, name, request, problem);
    }
    if (directory >= 0) close(directory);
    if (!good) path_unmake(parent, kept);
    return good;
}

// Writes a piece of a file, or makes a directory or a link, as the type bits of file_mode say. No type
// bits = a regular file.
void file_copy(struct call *call, const ProtobufCMessage *message) {
    const Grpc__CopyFileRequest *request = (const void *)message;
    const char *wrong = wrong_field(request);
    mode_t type = request->file_mode & S_IFMT;
    struct problem problem;
    if (wrong != NULL) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "CopyFile: %s", wrong);
    } else if (type != 0 && type != S_IFREG && type != S_IFDIR && type != S_IFLNK) {
        call_fail(
            call, STATUS_INVALID_ARGUMENT,
            "CopyFile: file_mode is not that of a file, directory or link");
    } else if (!copy(request, &problem)) {
        call_fail(call, problem.code, "CopyFile: %.200s: %s", request->path, problem.text);
    } else {
        call_reply_empty(call);
    }
}
