#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define USUAL_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define FAILED 126

struct program {
    char *cwd, **args, **env;
};

static int fail(int step) {
    struct launcher_report report = {.step = step, .error = errno};
    ssize_t written = write(LAUNCHER_REPORT, &report, sizeof report);
    return written == sizeof report ? FAILED : FAILED + 1;
}

// Waits until the agent has written the program. False = the agent does not want one any more.
static bool await_program(void) {
    char byte = 0;
    ssize_t got = write(LAUNCHER_CONTROL, &byte, 1);
    if (got == 1) do got = read(LAUNCHER_CONTROL, &byte, 1); while (got < 0 && errno == EINTR);
    return got == 1;
}

static char *read_whole(size_t *length) {
    struct stat file;
    if (fstat(LAUNCHER_PROGRAM, &file) < 0) return NULL;
    *length = (size_t)file.st_size;
    char *bytes = malloc(*length + 1);
    for (size_t done = 0; bytes != NULL && done < *length;) {
        ssize_t got = pread(LAUNCHER_PROGRAM, bytes + done, *length - done, (off_t)done);
        if (got <= 0) return NULL;
        done += (size_t)got;
    }
    return bytes;
}

static char **take_texts(char **at, uint32_t n, uint32_t room) {
    char **texts = calloc((size_t)n + room + 1, sizeof *texts);
    for (uint32_t i = 0; texts != NULL && i < n; i++) {
        texts[i] = *at;
        *at += strlen(*at) + 1;
    }
    return texts;
}

// Returns the value of a variable, or NULL.
static const char *value(char *const *env, const char *name) {
    size_t length = strlen(name);
    for (; *env != NULL; env++) {
        if (strncmp(*env, name, length) == 0 && (*env)[length] == '=') return *env + length + 1;
    }
    return NULL;
}

// crun has set HOME if the program's variables lacked it.
static void keep_home(struct program *program) {
    const char *home = getenv("HOME");
    size_t n = 0;
    if (home == NULL || value(program->env, "HOME") != NULL) return;
    while (program->env[n] != NULL) n++;
    program->env[n] = (char *)home - strlen("HOME=");
}

static bool read_program(struct program *program) {
    struct launcher_program head;
    size_t length;
    char *bytes = read_whole(&length);
    if (bytes == NULL || length < sizeof head) return false;
    memcpy(&head, bytes, sizeof head);
    char *at = bytes + sizeof head;
    bytes[length] = '\0';
    program->cwd = at;
    at += strlen(at) + 1;
    program->args = take_texts(&at, head.n_args, 0);
    program->env = take_texts(&at, head.n_env, 1);
    if (program->args == NULL || program->env == NULL) return false;
    keep_home(program);
    return true;
}

static bool is_program(const char *path) {
    struct stat file;
    if (access(path, F_OK) < 0 || stat(path, &file) < 0) return false;
    errno = EACCES;
    return S_ISREG(file.st_mode) && eaccess(path, X_OK) == 0;
}

// Sets the path of the program. False with errno: it is ENOENT only if no directory of PATH has the file.
static bool find(const struct program *program, char *path, size_t size) {
    const char *name = program->args[0], *dirs = value(program->env, "PATH");
    int error = ENOENT;
    if (strchr(name, '/') != NULL) {
        snprintf(path, size, "%s", name);
        return is_program(path);
    }
    for (const char *at = dirs == NULL ? USUAL_PATH : dirs; at != NULL;) {
        const char *end = strchrnul(at, ':');
        int length = (int)(end - at);
        snprintf(path, size, "%.*s/%s", length == 0 ? 1 : length, length == 0 ? "." : at, name);
        if (is_program(path)) return true;
        if (errno != ENOENT && errno != ENOTDIR) error = errno;
        at = *end == '\0' ? NULL : end + 1;
    }
    errno = error;
    return false;
}

int launcher_run(void) {
    struct program program;
    char path[4096];
    if (!await_program()) return FAILED;
    if (!read_program(&program)) return fail(LAUNCHER_EXECUTE);
    if (chdir(program.cwd) < 0) return fail(LAUNCHER_ENTER);
    if (!find(&program, path, sizeof path)) return fail(LAUNCHER_FIND);
    for (int fd = LAUNCHER_REPORT; fd < LAUNCHER_FD_END; fd++) fcntl(fd, F_SETFD, FD_CLOEXEC);
    execve(path, program.args, program.env);
    return fail(LAUNCHER_EXECUTE);
}
