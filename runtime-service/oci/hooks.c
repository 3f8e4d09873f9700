#include "hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "message.h"
#include "need.h"
#include "state.h"

// For a hook without a limit of its own.
#define SECONDS 120

// Of what a hook that fails has written to standard error.
#define OUTPUT_MOST 1024

#define FAILURE_MOST 8192

struct words {
    char **at; // ends with NULL
    unsigned count;
};

struct hook {
    unsigned stage;
    char *path;
    struct words args, env;
    unsigned seconds;
};

struct output {
    char text[OUTPUT_MOST + 1];
    size_t length;
};

static void words_add(struct words *words, char *word) {
    words->at = need(realloc(words->at, (words->count + 2) * sizeof *words->at));
    if (word != NULL) words->at[words->count++] = word;
    words->at[words->count] = NULL;
}

static void words_free(struct words *words) {
    while (words->count > 0) free(words->at[--words->count]);
    free(words->at);
}

static void hook_free(struct hook *hook) {
    words_free(&hook->args);
    words_free(&hook->env);
    free(hook->path);
}

static struct hook hook_of(const struct field *message) {
    struct hook hook = {.seconds = SECONDS};
    struct reader reader = reader_of(message->bytes, message->length);
    struct field field;
    words_add(&hook.env, NULL);
    while (next_field(&reader, &field)) {
        switch (field.number) {
        case 1: hook.stage = (unsigned)field.value; break;
        case 2:
            free(hook.path);
            hook.path = text_of(field.bytes, field.length);
            break;
        case 3: words_add(&hook.args, text_of(field.bytes, field.length)); break;
        case 4: words_add(&hook.env, text_of(field.bytes, field.length)); break;
        case 5: hook.seconds = (unsigned)field.value; break;
        }
    }
    if (hook.path == NULL) hook.path = text_of(NULL, 0);
    if (hook.args.count == 0) words_add(&hook.args, text_of((const uint8_t *)hook.path, strlen(hook.path)));
    return hook;
}

// Engines look for the texts of errno: they would take a missing hook for a missing command of the container.
static const char *why_not_run(int error) {
    switch (error) {
    case ENOENT: return "there is no such program";
    case EACCES: return "it is not executable";
    default: return strerror(error);
    }
}

static _Noreturn void become(const struct hook *hook, int input, int errors) {
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (dup2(input, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(errors, STDERR_FILENO) < 0) _exit(127);
    bool own = hook->env.at[0] != NULL; // else it has the engine's variables, as in other runtimes
    execve(hook->path, hook->args.at, own ? hook->env.at : environ);
    dprintf(STDERR_FILENO, "%s", why_not_run(errno));
    _exit(127);
}

// Returns a pipe that has the whole state in it already, so that no hook is waited for that does not read it; -1 = failed.
static int filled_pipe(const struct bytes *state) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) return -1;
    bool whole = write(ends[1], state->at, state->length) == (ssize_t)state->length;
    close(ends[1]);
    fcntl(ends[0], F_SETFL, 0);
    if (whole) return ends[0];
    close(ends[0]);
    return -1;
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Reads what there is; keeps the beginning. Returns false at the end.
static bool read_some(int errors, struct output *output) {
    char text[4096];
    ssize_t got = read(errors, text, sizeof text);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    size_t room = OUTPUT_MOST - output->length, kept = (size_t)got < room ? (size_t)got : room;
    memcpy(output->text + output->length, text, kept);
    output->length += kept;
    return got > 0;
}

// Waits for the end of a hook, and reads what it writes meanwhile: a process that it leaves behind may hold its standard
// error open. Returns false if the time is over; then the hook has been killed.
static bool ended(pid_t pid, int errors, unsigned seconds, struct output *output) {
    int process = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd ends[] = {{.fd = process, .events = POLLIN}, {.fd = errors, .events = POLLIN}};
    int64_t until = now_ms() + (int64_t)seconds * 1000, left;
    while ((left = until - now_ms()) > 0) {
        int ready = poll(ends, 2, (int)left);
        if (ready > 0 && ends[1].revents != 0 && !read_some(errors, output)) ends[1].fd = -1;
        if (ready > 0 && ends[0].revents != 0) break;
    }
    if (left <= 0) kill(pid, SIGKILL);
    if (ends[1].fd >= 0) read_some(errors, output);
    close(process);
    return left > 0;
}

static char *failure_of(const struct hook *hook, const char *why, const struct output *output) {
    char *failure = need(malloc(FAILURE_MOST));
    bool silent = output == NULL || output->length == 0;
    snprintf(failure, FAILURE_MOST, "hook %s: %s%s%s", hook->path, why, silent ? "" : ": ", silent ? "" : output->text);
    return failure;
}

static char *result(const struct hook *hook, bool in_time, int status, const struct output *output) {
    char why[64];
    if (in_time && status == 0) return NULL;
    if (!in_time) {
        snprintf(why, sizeof why, "it did not end within %u seconds", hook->seconds);
    } else if (WIFSIGNALED(status)) {
        snprintf(why, sizeof why, "it ended by signal %d", WTERMSIG(status));
    } else {
        snprintf(why, sizeof why, "it ended with exit code %d", WEXITSTATUS(status));
    }
    return failure_of(hook, why, output);
}

static char *run(const struct hook *hook, const struct bytes *state) {
    struct output output = {0};
    int errors[2], status = 0, input = filled_pipe(state);
    if (input < 0) return failure_of(hook, "the container's state does not fit into a pipe", NULL);
    pid_t pid = pipe2(errors, O_CLOEXEC) < 0 ? -1 : fork();
    if (pid == 0) become(hook, input, errors[1]);
    close(input);
    if (pid < 0) return failure_of(hook, "cannot make a process", NULL);
    close(errors[1]);
    fcntl(errors[0], F_SETFL, O_NONBLOCK);
    bool in_time = ended(pid, errors[0], hook->seconds, &output);
    close(errors[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    return result(hook, in_time, status, &output);
}

char *hooks_run(const struct container *container, enum hook_stage stage, const char *status) {
    char *failure = NULL;
    struct bytes state = {0};
    struct reader reader = reader_of(container->hooks.at, container->hooks.length);
    struct field field;
    state_json_as(&state, container, status);
    while (failure == NULL && next_field(&reader, &field)) {
        struct hook hook = hook_of(&field);
        if (hook.stage == stage) failure = run(&hook, &state);
        hook_free(&hook);
    }
    free(state.at);
    return failure;
}
