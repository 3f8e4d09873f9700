#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "message.h"
#include "options.h"
#include "report.h"
#include "service.h"
#include "verbs.h"

#define SECONDS 60

// What a container uses: the fields of both Metrics messages of containerd that this program shows.
struct usage {
    uint64_t cpu_nanos, memory, memory_limit, processes, processes_limit;
};

static uint64_t number_in(struct reader message, unsigned number) {
    struct field field;
    while (next_field(&message, &field)) {
        if (field.number == number) return field.value;
    }
    return 0;
}

static struct reader inner_of(struct reader message, unsigned number) {
    struct field field;
    while (next_field(&message, &field)) {
        if (field.number == number && field.bytes != NULL) return reader_of(field.bytes, field.length);
    }
    return reader_of(NULL, 0);
}

// io.containerd.cgroups.v2.Metrics
static struct usage of_version2(struct reader metrics) {
    struct reader processes = inner_of(metrics, 1), memory = inner_of(metrics, 4);
    return (struct usage){
        .cpu_nanos = number_in(inner_of(metrics, 2), 1) * 1000,
        .memory = number_in(memory, 32),
        .memory_limit = number_in(memory, 33),
        .processes = number_in(processes, 1),
        .processes_limit = number_in(processes, 2),
    };
}

// io.containerd.cgroups.v1.Metrics
static struct usage of_version1(struct reader metrics) {
    struct reader processes = inner_of(metrics, 2), memory = inner_of(inner_of(metrics, 4), 33);
    return (struct usage){
        .cpu_nanos = number_in(inner_of(inner_of(metrics, 3), 1), 1),
        .memory = number_in(memory, 2),
        .memory_limit = number_in(memory, 1),
        .processes = number_in(processes, 1),
        .processes_limit = number_in(processes, 2),
    };
}

// Both messages are read by their place in Metrics: EncodedMessage says which one it is.
static struct usage usage_in(struct reader encoded) {
    static const char version1[] = "io.containerd.cgroups.v1.Metrics";
    struct field field;
    bool old = false;
    struct reader value = reader_of(NULL, 0);
    while (next_field(&encoded, &field)) {
        if (field.number == 1) old = field.length == sizeof version1 - 1 && memcmp(field.bytes, version1, field.length) == 0;
        if (field.number == 2) value = reader_of(field.bytes, field.length);
    }
    return old ? of_version1(value) : of_version2(value);
}

static void print_event(const char *id, const struct usage *usage) {
    struct bytes line = {0};
    bytes_text(&line, "{\"type\":\"stats\",\"id\":");
    bytes_json(&line, id);
    bytes_format(&line, ",\"data\":{\"cpu\":{\"usage\":{\"total\":%llu}},", (unsigned long long)usage->cpu_nanos);
    bytes_format(
        &line, "\"memory\":{\"usage\":{\"usage\":%llu,\"limit\":%llu}},", (unsigned long long)usage->memory,
        (unsigned long long)usage->memory_limit);
    bytes_format(
        &line, "\"pids\":{\"current\":%llu,\"limit\":%llu}}}\n", (unsigned long long)usage->processes,
        (unsigned long long)usage->processes_limit);
    if (fwrite(line.at, 1, line.length, stdout) != line.length || fflush(stdout) != 0) stop_errno("cannot write");
    free(line.at);
}

static void show(const char *id) {
    struct bytes request = request_for(verbs_space(), id), reply = service_must("StatContainer", &request, SECONDS);
    struct usage usage = usage_in(inner_of(reader_of(reply.at, reply.length), 1));
    print_event(id, &usage);
    free(request.at);
    free(reply.at);
}

// Returns a descriptor that is readable when the process that stands for the container has ended.
static int ending_of(const char *id) {
    struct bytes request = request_for(verbs_space(), id), reply = service_must("GetContainer", &request, SECONDS);
    struct container container = container_in(&reply);
    if (container.state == STOPPED) stop("container not running: %s has ended", id);
    int fd = (int)syscall(SYS_pidfd_open, container.stand_in, 0);
    if (fd < 0) stop_errno("cannot watch the container");
    return fd;
}

// An interval of Go: a number and h, m, s or ms. In milliseconds.
static int millis_of(const char *text) {
    static const struct {
        const char *unit;
        double millis;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    char *end;
    double number = strtod(text, &end);
    for (size_t i = 0; end != text && i < sizeof units / sizeof *units; i++) {
        double millis = number * units[i].millis;
        if (strcmp(end, units[i].unit) == 0 && millis >= 1 && millis <= 86400000) return (int)millis;
    }
    stop("--interval is %s; it is a time from 1ms to 24h, such as 5s", text);
}

int verb_events(char **words) {
    const char *interval = "5s";
    bool once = false;
    const struct option_of options[] = {{"stats", 0, NULL, &once}, {"interval", 0, &interval, NULL}, {0}};
    words += options_read(words, options);
    const char *id = verbs_only_id(words);
    int millis = millis_of(interval);
    struct pollfd ending = {.fd = ending_of(id), .events = POLLIN};
    do {
        show(id);
    } while (!once && poll(&ending, 1, millis) == 0);
    return 0;
}
