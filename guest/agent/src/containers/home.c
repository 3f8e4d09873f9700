#include "home.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../need.h"

#define MOST_BYTES (1 << 20)

// Returns a descriptor, or -1 with errno: ENOENT = the root has no such file.
static int open_accounts(const char *root) {
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_XDEV};
    char path[32];
    struct stat file;
    int folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return -1;
    int found = (int)syscall(SYS_openat2, folder, "etc/passwd", &how, sizeof how);
    int error = errno;
    close(folder);
    if (found < 0) {
        errno = error;
        return -1;
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", found);
    bool plain = fstat(found, &file) == 0 && S_ISREG(file.st_mode) && file.st_size <= MOST_BYTES;
    int fd = plain ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    close(found);
    if (fd < 0) errno = EINVAL;
    return fd;
}

// Returns whether a line of /etc/passwd is the user's.
static bool is_of(const char *line, uid_t user) {
    const char *colon = strchr(line, ':');
    char *end = NULL;
    if (colon == NULL || (colon = strchr(colon + 1, ':')) == NULL) return false;
    unsigned long id = strtoul(colon + 1, &end, 10);
    return end > colon + 1 && *end == ':' && id == user;
}

// An account that cannot be looked for may be there.
static bool has_account(const char *root, uid_t user) {
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    int fd = open_accounts(root);
    if (fd < 0) return errno != ENOENT;
    FILE *accounts = need(fdopen(fd, "r"));
    while (!found && getline(&line, &size, accounts) >= 0) found = is_of(line, user);
    free(line);
    fclose(accounts);
    return found;
}

const Grpc__Process *home_add(struct home *home, const Grpc__Process *process, const char *root) {
    home->env = NULL;
    for (size_t i = 0; i < process->n_env; i++) {
        if (strncmp(process->env[i], "HOME=", 5) == 0) return process;
    }
    if (has_account(root, process->user == NULL ? 0 : process->user->uid)) return process;
    home->process = *process;
    home->env = need(calloc(process->n_env + 1, sizeof *home->env));
    if (process->n_env > 0) memcpy(home->env, process->env, process->n_env * sizeof *home->env);
    home->env[home->process.n_env++] = "HOME=/";
    home->process.env = home->env;
    return &home->process;
}

void home_free(struct home *home) { free(home->env); }
