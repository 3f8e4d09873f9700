#include "failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EXIT_CODE 70

static int report = STDERR_FILENO;

void failure_report_to(int fd) { report = fd; }

// One write, so that a line of another process is not mixed into it.
static _Noreturn void end(const char *text, int error) {
    char line[640];
    const char *reason = error == 0 ? "" : strerror(error);
    int length = snprintf(line, sizeof line, "error %s%s%s\n", text, error == 0 ? "" : ": ", reason);
    ssize_t written = write(report, line, (size_t)length);
    _exit(written == length ? EXIT_CODE : EXIT_CODE + 1);
}

void fail(const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    end(text, 0);
}

void fail_errno(const char *format, ...) {
    int error = errno;
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    end(text, error);
}
