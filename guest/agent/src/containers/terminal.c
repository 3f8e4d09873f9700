#include "terminal.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "../log.h"

static void end_listening(struct console *console) {
    struct sockaddr_un address;
    socklen_t size = sizeof address;
    if (console->listening < 0) return;
    if (getsockname(console->listening, (struct sockaddr *)&address, &size) == 0) unlink(address.sun_path);
    if (console->source.fd == console->listening) {
        loop_unwatch(&console->source);
        console->source.fd = -1;
    }
    close(console->listening);
    console->listening = -1;
}

static void end_connection(struct console *console) {
    if (console->source.fd < 0 || console->source.fd == console->listening) return;
    loop_unwatch(&console->source);
    close(console->source.fd);
    console->source.fd = -1;
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

// crun gives the first terminal of a container to its user, but not that of another process.
static void give(int master, uid_t owner) {
    if (owner == TERMINAL_NO_OWNER) return;
    int end = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (end < 0 || fchown(end, owner, (gid_t)-1) < 0) log_error("cannot give a terminal to user %u: %m", owner);
    if (end >= 0) close(end);
}

static void take_master(struct console *console) {
    console->master = receive(console->source.fd);
    if (console->master < 0) return;
    fcntl(console->master, F_SETFL, O_RDWR | O_NONBLOCK);
    give(console->master, console->owner);
    end_connection(console);
}

static void take_connection(struct console *console) {
    int connection = accept4(console->listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (connection < 0) return;
    end_listening(console);
    console->source.fd = connection;
    loop_watch(&console->source, EPOLLIN);
}

static void on_ready(struct source *source, uint32_t events) {
    (void)events;
    struct console *console = (struct console *)source;
    if (source->fd == console->listening) {
        take_connection(console);
    } else {
        take_master(console);
        end_connection(console);
    }
}

int console_open(struct console *console, uid_t owner, char *path, size_t size) {
    static unsigned count;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(path, size, "/run/vmfactory/console.%u", count++);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 1) < 0) {
        close(fd);
        return -1;
    }
    *console = (struct console){
        .source = {.fd = fd, .ready = on_ready}, .listening = fd, .master = -1, .owner = owner};
    loop_watch(&console->source, EPOLLIN);
    return 0;
}

int console_finish(struct console *console) {
    if (console->listening >= 0) take_connection(console);
    if (console->source.fd >= 0 && console->source.fd != console->listening) take_master(console);
    int master = console->master;
    console->master = -1;
    console_close(console);
    return master;
}

void console_close(struct console *console) {
    end_connection(console);
    end_listening(console);
    if (console->master >= 0) close(console->master);
    console->master = -1;
}

int terminal_resize(int master, uint32_t rows, uint32_t columns) {
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    return ioctl(master, TIOCSWINSZ, &size);
}

char terminal_eof(int master, char last, bool *mid_line) {
    struct termios settings;
    if (tcgetattr(master, &settings) < 0) settings = (struct termios){.c_cc[VEOF] = 4, .c_lflag = ICANON};
    char eof = (char)settings.c_cc[VEOF];
    bool ended = last == '\n' || last == eof || (last == '\r' && (settings.c_iflag & ICRNL) != 0)
        || (last != '\0' && last == (char)settings.c_cc[VEOL]);
    *mid_line = !ended && (settings.c_lflag & ICANON) != 0;
    return eof;
}
