#include "terminal.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

int terminal_listen(char *path, size_t size) {
    static unsigned count;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(path, size, "/run/vmfactory/console.%u", count++);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1) == 0) return fd;
    close(fd);
    return -1;
}

void terminal_unlisten(int listening) {
    struct sockaddr_un address;
    socklen_t size = sizeof address;
    if (getsockname(listening, (struct sockaddr *)&address, &size) == 0) unlink(address.sun_path);
    close(listening);
}

static int receive(int connection) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    char byte[256]; // crun sends bytes along that are not needed
    struct iovec data = {byte, sizeof byte};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (recvmsg(connection, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) < 0) return -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == NULL || header->cmsg_type != SCM_RIGHTS) return -1;
    int fd;
    memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return fd;
}

int terminal_receive(int listening) {
    int connection = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0) return -1;
    int master = receive(connection);
    close(connection);
    if (master >= 0) fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
    return master;
}

int terminal_resize(int master, uint32_t rows, uint32_t columns) {
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    return ioctl(master, TIOCSWINSZ, &size);
}

void terminal_end_input(int master) {
    struct termios settings;
    if (tcgetattr(master, &settings) < 0 || (settings.c_lflag & ICANON) == 0) return;
    ssize_t ignored = write(master, &settings.c_cc[VEOF], 1);
    (void)ignored;
}
