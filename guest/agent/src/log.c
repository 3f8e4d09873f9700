#include "log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// Levels of syslog(2), in the form that /dev/kmsg expects at the start of a line.
#define LEVEL_ERROR "<3>"
#define LEVEL_INFO "<6>"

static void log_line(const char *level, const char *format, va_list arguments) {
    char line[512];
    int head = snprintf(line, sizeof line, "%svmfactory-agent: ", level);
    vsnprintf(line + head, sizeof line - (size_t)head - 1, format, arguments);
    strcat(line, "\n");
    int kmsg = getpid() == 1 ? open("/dev/kmsg", O_WRONLY | O_CLOEXEC) : -1;
    ssize_t ignored = write(kmsg >= 0 ? kmsg : STDERR_FILENO, line, strlen(line));
    (void)ignored;
    if (kmsg >= 0) close(kmsg);
}

void log_info(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    log_line(LEVEL_INFO, format, arguments);
    va_end(arguments);
}

void log_error(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    log_line(LEVEL_ERROR, format, arguments);
    va_end(arguments);
}
