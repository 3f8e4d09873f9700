#include "console.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "report.h"
#include "socket.h"

static void send_master(const char *path, int master, const char *name) {
    char control[CMSG_SPACE(sizeof master)] = {0};
    struct iovec text = {.iov_base = (void *)name, .iov_len = strlen(name)};
    struct msghdr message = {
        .msg_iov = &text, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof master);
    memcpy(CMSG_DATA(header), &master, sizeof master);
    int fd = socket_connect(path, 0);
    if (fd < 0) stop_errno("cannot connect to %s", path);
    if (sendmsg(fd, &message, MSG_NOSIGNAL) < 0) stop_errno("cannot send the terminal to %s", path);
    close(fd);
}

int console_open(const char *path) {
    char name[PATH_MAX];
    struct termios raw;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0 || ptsname_r(master, name, sizeof name) != 0) {
        stop_errno("cannot make a terminal");
    }
    int slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0 || tcgetattr(slave, &raw) < 0) stop_errno("cannot open %s", name);
    cfmakeraw(&raw);
    if (tcsetattr(slave, TCSANOW, &raw) < 0) stop_errno("cannot set up %s", name);
    send_master(path, master, name);
    close(master);
    return slave;
}

void console_take(int slave) {
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (ioctl(slave, TIOCSCTTY, 0) < 0 || nowhere < 0) stop_errno("cannot take the terminal");
    for (int fd = 0; fd < 3; fd++) dup2(nowhere, fd);
    close(nowhere);
}
