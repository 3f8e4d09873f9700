#include "unix.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "failure.h"

#define BACKLOG 4096

static struct sockaddr_un address_of(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (*path != '/') fail("%s is not an absolute path", path);
    if (strlen(path) >= sizeof address.sun_path) fail("the path %s is too long for a socket", path);
    strcpy(address.sun_path, path);
    return address;
}

static int make(void) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) fail_errno("cannot make a socket");
    return fd;
}

static void never_block(int fd) {
    if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0) fail_errno("cannot change a socket");
}

static int connected(const char *path) {
    struct sockaddr_un address = address_of(path);
    int fd = make();
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    close(fd);
    return -1;
}

int unix_connect(const char *path) {
    int fd = connected(path);
    if (fd < 0) fail_errno("cannot connect to %s", path);
    never_block(fd);
    return fd;
}

bool unix_answers(const char *path) {
    int fd = connected(path);
    if (fd >= 0) close(fd);
    return fd >= 0;
}

int unix_listen(const char *path) {
    struct sockaddr_un address = address_of(path);
    int fd = make();
    unlink(path);
    fchmod(fd, 0600);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) fail_errno("cannot make the socket %s", path);
    unix_give_to_owner_of_folder(path);
    if (listen(fd, BACKLOG) < 0) fail_errno("cannot listen on %s", path);
    never_block(fd);
    return fd;
}

void unix_give_to_owner_of_folder(const char *file) {
    char folder[PATH_MAX];
    struct stat status;
    if (geteuid() != 0) return;
    snprintf(folder, sizeof folder, "%s", file);
    *strrchr(folder, '/') = '\0';
    if (stat(folder, &status) < 0 || lchown(file, status.st_uid, status.st_gid) < 0) {
        fail_errno("cannot give %s to the owner of its folder", file);
    }
}
