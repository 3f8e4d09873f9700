#include "state.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "message.h"
#include "report.h"

static const char *word_of(const struct container *container) {
    switch (container->state) {
    case CREATED: return "created";
    case RUNNING: return "running";
    case PAUSED: return "paused";
    default: return "stopped";
    }
}

static int pid_of(const struct container *container) {
    return container->state == STOPPED ? 0 : container->stand_in;
}

static void created_at(const struct container *container, char text[40]) {
    time_t seconds = container->created_millis / 1000;
    struct tm utc;
    size_t length = strftime(text, 40, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &utc));
    snprintf(text + length, 40 - length, ".%03dZ", (int)(container->created_millis % 1000));
}

void state_json(struct bytes *text, const struct container *container) {
    state_json_as(text, container, word_of(container));
}

void state_json_as(struct bytes *text, const struct container *container, const char *status) {
    char created[40];
    created_at(container, created);
    bytes_text(text, "{\"ociVersion\":\"1.0.2\",\"id\":");
    bytes_json(text, container->id);
    bytes_format(text, ",\"pid\":%d,\"status\":\"%s\",\"bundle\":", pid_of(container), status);
    bytes_json(text, container->bundle == NULL ? "" : container->bundle);
    bytes_format(text, ",\"created\":\"%s\",\"owner\":\"root\"}", created);
}

static void row(struct bytes *text, const struct container *container, const char *format, bool first) {
    if (strcmp(format, "json") == 0) {
        if (!first) bytes_text(text, ",");
        state_json(text, container);
    } else if (strcmp(format, "quiet") == 0) {
        bytes_format(text, "%s\n", container->id);
    } else {
        char created[40];
        created_at(container, created);
        const char *bundle = container->bundle == NULL ? "" : container->bundle;
        bytes_format(text, "%-24s %-8d %-8s ", container->id, pid_of(container), word_of(container));
        bytes_text(text, bundle);
        bytes_format(text, " %s root\n", created);
    }
}

void state_list(struct bytes *text, const struct bytes *reply, const char *format) {
    bool json = strcmp(format, "json") == 0, table = strcmp(format, "table") == 0, first = true;
    if (!json && !table && strcmp(format, "quiet") != 0) stop("--format is %s; it is json or table", format);
    if (json) bytes_text(text, "[");
    // Programs read the columns by their place, which is that of runc.
    if (table) bytes_format(text, "%-24s %-8s %-8s %s %s %s\n", "ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER");
    struct reader reader = reader_of(reply->at, reply->length);
    struct field field;
    while (next_field(&reader, &field)) {
        struct container container = container_of(field.bytes, field.length);
        row(text, &container, format, first);
        first = false;
    }
    if (json) bytes_text(text, "]\n");
}

#define SIGNAL_MOST 64

int state_signal(const char *name) {
    char *end;
    long number = strtol(name, &end, 10);
    if (*end == '\0' && end != name) return number >= 0 && number <= SIGNAL_MOST ? (int)number : -1;
    if (strncmp(name, "SIG", 3) == 0) name += 3;
    for (int signal = 1; signal < NSIG; signal++) {
        const char *known = sigabbrev_np(signal);
        if (known != NULL && strcmp(known, name) == 0) return signal;
    }
    return -1;
}
