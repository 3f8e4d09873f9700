#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "failure.h"
#include "unix.h"

int lock_open(const char *path) {
    char file[PATH_MAX];
    snprintf(file, sizeof file, "%s.lock", path);
    int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) fail_errno("cannot open %s", file);
    unix_give_to_owner_of_folder(file);
    return fd;
}

static int set(int lock, int command, short type) {
    struct flock range = {.l_type = type, .l_whence = SEEK_SET};
    return fcntl(lock, command, &range);
}

void lock_take(int lock) {
    while (set(lock, F_OFD_SETLKW, F_WRLCK) < 0) {
        if (errno != EINTR) fail_errno("cannot lock the relay's file");
    }
}

static void interrupt(int signal) { (void)signal; }

void lock_take_within(int lock, const char *path, unsigned seconds) {
    struct sigaction action = {.sa_handler = interrupt}; // without SA_RESTART: the wait ends
    sigaction(SIGALRM, &action, NULL);
    alarm(seconds);
    if (set(lock, F_OFD_SETLKW, F_WRLCK) < 0) {
        if (errno == EINTR) fail("another program holds the agent's port %s", path);
        fail_errno("cannot lock the agent's port %s", path);
    }
    alarm(0);
}

void lock_release(int lock) { set(lock, F_OFD_SETLK, F_UNLCK); }
