#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bytes.h"

static const char *log_file;
static bool log_is_json;
static int code = 1;
static const char *program = "vmfactory-oci";

void report_to(const char *file, const char *format) {
    log_file = file;
    log_is_json = format != NULL && strcmp(format, "json") == 0;
}

void report_name(const char *name) { program = name; }

void report_code(int with) { code = with; }

static void line_of(struct bytes *line, const char *level, const char *message) {
    char now[32];
    time_t seconds = time(NULL);
    struct tm utc;
    strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
    bytes_text(line, log_is_json ? "{\"level\":" : "time=");
    bytes_json(line, log_is_json ? level : now);
    bytes_text(line, log_is_json ? ",\"msg\":" : " level=");
    if (log_is_json) {
        bytes_json(line, message);
        bytes_text(line, ",\"time\":");
        bytes_json(line, now);
        bytes_text(line, "}\n");
    } else {
        bytes_text(line, level);
        bytes_text(line, " msg=");
        bytes_json(line, message);
        bytes_text(line, "\n");
    }
}

static void record(const char *level, const char *message) {
    if (log_file == NULL) return;
    int fd = open(log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) return;
    struct bytes line = {0};
    line_of(&line, level, message);
    if (write(fd, line.at, line.length) < 0) {
        // Standard error has the message too.
    }
    free(line.at);
    close(fd);
}

static void say(const char *level, const char *format, va_list arguments, int error) {
    char message[4096];
    vsnprintf(message, sizeof message, format, arguments);
    size_t length = strlen(message);
    if (error != 0) snprintf(message + length, sizeof message - length, ": %s", strerror(error));
    for (char *c = message; *c != '\0'; c++) {
        if (*c == '\n') *c = ' ';
    }
    record(level, message);
    dprintf(STDERR_FILENO, "%s: %s\n", program, message);
}

void stop(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say("error", format, arguments, 0);
    va_end(arguments);
    exit(code);
}

void stop_errno(const char *format, ...) {
    int error = errno;
    va_list arguments;
    va_start(arguments, format);
    say("error", format, arguments, error);
    va_end(arguments);
    exit(code);
}

void warn(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say("warning", format, arguments, 0);
    va_end(arguments);
}
