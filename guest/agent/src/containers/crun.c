#include "crun.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../children.h"
#include "../descriptors.h"
#include "../file.h"
#include "../log.h"
#include "launch.h"

#define STATE "/run/crun"
#define ARGUMENTS 16

// Descriptors of crun beside its standard streams. The container's program does not inherit them.
#define LAUNCH_FD 3
#define PROCESS_FD (CRUN_INHERITED_FIRST + CRUN_INHERITED_MOST) // of exec
#define LAST_FD PROCESS_FD
#define INHERITED "4" // how many from LAUNCH_FD on, as text

static char program[32] = "/usr/bin/crun";

static bool copy_and_seal(int from, int to) {
    struct stat file;
    if (from < 0 || to < 0 || fstat(from, &file) < 0) return false;
    while (file.st_size > 0) {
        ssize_t sent = sendfile(to, from, NULL, (size_t)file.st_size);
        if (sent <= 0) return false;
        file.st_size -= sent;
    }
    return fcntl(to, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0;
}

void crun_prepare(void) {
    int file = open(program, O_RDONLY | O_CLOEXEC);
    int sealed = memfd_create("crun", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (sealed > LAST_FD && copy_and_seal(file, sealed)) {
        unlink(program);
        snprintf(program, sizeof program, "/proc/self/fd/%d", sealed);
    } else {
        log_error("cannot seal %s: %m", program);
        if (sealed >= 0) close(sealed);
    }
    if (file >= 0) close(file);
    launches_watch(program);
    personality(ADDR_NO_RANDOMIZE);
}

// The pid comes last, without a newline.
static pid_t pid_of(const char *text) {
    const char *line = strrchr(text, '\n');
    return (pid_t)strtol(line == NULL ? text : line + 1, NULL, 10);
}

static void on_end(int status, void *context) {
    struct crun *crun = context;
    bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (good) {
        char text[512];
        crun_text(crun, text, sizeof text);
        crun->pid = pid_of(text);
    }
    if (crun->terminal) crun->master = console_finish(&crun->console);
    bool complete = good && crun->pid > 0 && (!crun->terminal || crun->master >= 0);
    if (good && !complete) log_error("crun reported success, but sent no pid or no terminal");
    crun->done(crun, complete);
    children_expected();
}

struct command {
    char *arguments[ARGUMENTS];
    size_t n;
    int fds[LAST_FD + 1];
};

static void say(struct command *command, const char *argument) {
    command->arguments[command->n++] = (char *)argument;
}

// The agent's own first descriptors are always open. So no source is also the target of another dup2, which is checked.
static int add_descriptors(const int fds[], posix_spawn_file_actions_t *actions) {
    int error = 0;
    for (int i = 0; i <= LAST_FD && error == 0; i++) {
        if (fds[i] >= 0 && fds[i] <= LAST_FD) error = EBADF;
        if (fds[i] > LAST_FD) error = posix_spawn_file_actions_adddup2(actions, fds[i], i);
    }
    return error;
}

// Returns the pid, or -1 with errno.
static pid_t spawn(const struct command *command) {
    static char *environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t signals;
    pid_t pid = -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    // sigfillset leaves out two signals of the C library's own, which posix_spawn then ignores in the child.
    memset(&signals, 0xff, sizeof signals);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    // A session, because crun makes none for a process that it executes without a terminal: with kill(0), such a process
    // would reach the agent and all others that were executed, in any container.
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    int error = add_descriptors(command->fds, &actions);
    if (error == 0) {
        descriptors_allow_usual();
        error = posix_spawn(
            &pid, program, &actions, &attributes, command->arguments, environment);
        descriptors_allow_many();
    }
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    errno = error;
    return error == 0 ? pid : -1;
}

static bool open_launch(struct crun *crun, struct command *command) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return false;
    crun->launch = ends[0];
    command->fds[LAUNCH_FD] = ends[1];
    return fcntl(crun->launch, F_SETFL, O_NONBLOCK) == 0;
}

// With a terminal, crun's own messages go to the launch pipe.
static bool open_terminal(struct crun *crun, struct command *command, char *path, size_t size) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    command->fds[STDIN_FILENO] = command->fds[STDOUT_FILENO] = null;
    command->fds[STDERR_FILENO] = command->fds[LAUNCH_FD];
    crun->terminal = console_open(&crun->console, crun->terminal_owner, path, size) == 0;
    say(command, "--console-socket");
    say(command, path);
    return null >= 0 && crun->terminal;
}

static bool run(struct crun *crun, struct command *command, const char *id, const int stdio[3]) {
    char path[64] = "";
    bool terminal = stdio == NULL;
    crun->pid = 0;
    crun->launch = crun->master = -1;
    crun->terminal = false;
    say(command, "--pid-file");
    say(command, "/proc/self/fd/3"); // LAUNCH_FD
    for (int i = 0; i < LAUNCH_FD; i++) command->fds[i] = terminal ? -1 : stdio[i];
    command->fds[LAUNCH_FD] = -1;
    bool ready = open_launch(crun, command)
        && (!terminal || open_terminal(crun, command, path, sizeof path));
    say(command, id);
    pid_t pid = ready ? spawn(command) : -1;
    int error = errno;
    if (terminal && command->fds[STDIN_FILENO] >= 0) close(command->fds[STDIN_FILENO]);
    if (command->fds[LAUNCH_FD] >= 0) close(command->fds[LAUNCH_FD]);
    if (pid < 0) {
        crun_close(crun);
    } else {
        children_expect();
        children_watch(pid, on_end, crun);
    }
    errno = error;
    return pid > 0;
}

static void inherit(struct command *command, const int *inherited) {
    for (int i = 0; i < CRUN_INHERITED_MOST; i++) {
        command->fds[CRUN_INHERITED_FIRST + i] = inherited == NULL ? -1 : inherited[i];
    }
    if (inherited == NULL) return;
    say(command, "--preserve-fds");
    say(command, INHERITED);
}

bool crun_create(
    struct crun *crun, const char *id, const char *bundle, const int stdio[3], const int *inherited) {
    struct command command = {.arguments = {"crun", "create", "--bundle", (char *)bundle}, .n = 4};
    command.fds[PROCESS_FD] = -1;
    inherit(&command, inherited);
    return run(crun, &command, id, stdio);
}

// crun applies the score to the first process of a container only. Other processes inherit it from crun, and
// crun from the agent, which the kernel never picks, whatever its score is.
static void set_oom_score(int score) {
    char text[16];
    snprintf(text, sizeof text, "%d", score);
    if (file_set("/proc/self/oom_score_adj", text) < 0) log_error("cannot set the OOM score of a process: %m");
}

bool crun_exec(
    struct crun *crun, const char *id, const char *process, size_t length, const int stdio[3], const int *inherited) {
    struct command command = {
        .arguments = {"crun", "exec", "--detach", "--process", "/proc/self/fd/7"}, .n = 5}; // PROCESS_FD
    int fd = memfd_create("process.json", MFD_CLOEXEC);
    command.fds[PROCESS_FD] = fd;
    inherit(&command, inherited);
    if (fd < 0) return false;
    bool written = write(fd, process, length) == (ssize_t)length;
    set_oom_score(crun->oom_score_adj);
    bool runs = written && run(crun, &command, id, stdio);
    int error = errno;
    set_oom_score(0);
    close(fd);
    errno = error;
    return runs;
}

// Does the same as `crun start`: writes a byte into the fifo and removes it.
bool crun_start(const char *id) {
    char path[256];
    snprintf(path, sizeof path, STATE "/%s/exec.fifo", id);
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return false;
    unlink(path);
    bool written = write(fd, "", 1) == 1;
    int error = errno;
    close(fd);
    errno = error;
    return written;
}

void crun_text(struct crun *crun, char *text, size_t size) {
    ssize_t got = crun->launch < 0 ? 0 : read(crun->launch, text, size - 1);
    text[got > 0 ? got : 0] = '\0';
}

const char *crun_message(char *text) {
    char *to = text;
    for (const char *from = text; *from != '\0';) {
        if (*from == '\033') {
            from += strcspn(from, "m");
            if (*from == 'm') from++;
        } else {
            *to++ = *from++;
        }
    }
    while (to > text && isspace((unsigned char)to[-1])) to--;
    *to = '\0';
    const char *zone = strstr(text, "Z: ");
    bool dated = isdigit((unsigned char)*text) && zone != NULL && zone - text < 32;
    return dated ? zone + 3 : text;
}

static void close_one(int *fd) {
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

void crun_close(struct crun *crun) {
    close_one(&crun->launch);
    close_one(&crun->master);
    if (crun->terminal) console_close(&crun->console);
}

void crun_forget(const char *id) {
    static const char *const files[] = {"config.json", "exec.fifo", "status", "seccomp.bpf", ""};
    char path[256];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, STATE "/%s/%s", id, files[i]);
        if (remove(path) < 0 && errno != ENOENT) log_error("cannot remove %s: %m", path);
    }
}
