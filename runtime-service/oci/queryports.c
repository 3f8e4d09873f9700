#include "queryports.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RANGE "/proc/sys/net/ipv4/ip_local_port_range" // of the namespace

static void range(char text[32]) {
    snprintf(text, 32, "%d\t%d\n", QUERY_PORTS_FIRST, QUERY_PORTS_FIRST | (0xffff & ~QUERY_PORTS_MASK));
}

bool query_ports_reserve(void) {
    char text[32];
    range(text);
    int fd = open(RANGE, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool written = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return written;
}

bool query_ports_reserved(void) {
    char wanted[32], text[32] = "";
    range(wanted);
    int fd = open(RANGE, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    return got > 0 && strcmp(text, wanted) == 0;
}
