#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../file.h"
#include "../need.h"
#include "kata/agent.pb-c.h"
#include "services.h"

static void meminfo(FILE *out) {
    char text[4096], *rest;
    if (file_read("/proc/meminfo", text, sizeof text) < 0) return;
    fputs("# TYPE vmfactory_guest_meminfo_bytes gauge\n", out);
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char name[64], unit[4] = "";
        unsigned long long value;
        if (sscanf(line, "%63[^:]: %llu %3s", name, &value, unit) < 3) continue;
        fprintf(out, "vmfactory_guest_meminfo_bytes{item=\"%s\"} %llu\n", name, value * 1024);
    }
}

static void uptime(FILE *out) {
    char text[64];
    double seconds;
    if (file_read("/proc/uptime", text, sizeof text) < 0) return;
    if (sscanf(text, "%lf", &seconds) != 1) return;
    fputs("# TYPE vmfactory_guest_uptime_seconds counter\n", out);
    fprintf(out, "vmfactory_guest_uptime_seconds %.2f\n", seconds);
}

static void load(FILE *out) {
    char text[64];
    double one, five, fifteen;
    if (file_read("/proc/loadavg", text, sizeof text) < 0) return;
    if (sscanf(text, "%lf %lf %lf", &one, &five, &fifteen) != 3) return;
    fputs("# TYPE vmfactory_guest_load gauge\n", out);
    fprintf(out, "vmfactory_guest_load{minutes=\"1\"} %.2f\n", one);
    fprintf(out, "vmfactory_guest_load{minutes=\"5\"} %.2f\n", five);
    fprintf(out, "vmfactory_guest_load{minutes=\"15\"} %.2f\n", fifteen);
}

// Reads smaps_rollup, because the counters in /proc/self/status lag behind by up to 64 pages.
static void agent_memory(FILE *out) {
    char text[4096];
    const char *line;
    unsigned long long kib;
    if (file_read("/proc/self/smaps_rollup", text, sizeof text) < 0) return;
    if ((line = strstr(text, "\nRss:")) == NULL || sscanf(line, " Rss: %llu", &kib) != 1) return;
    fputs("# TYPE vmfactory_agent_resident_bytes gauge\n", out);
    fprintf(out, "vmfactory_agent_resident_bytes %llu\n", kib * 1024);
}

static void requests(FILE *out) {
    fputs("# TYPE vmfactory_agent_requests_total counter\n", out);
    for (const struct service *service = dispatch_offered(); service->descriptor != NULL; service++) {
        for (const struct method *method = service->methods; method->name != NULL; method++) {
            fprintf(
                out, "vmfactory_agent_requests_total{service=\"%s\",method=\"%s\"} %lu\n",
                service->descriptor->name, method->name, method->calls);
        }
    }
}

// Answers in the text format of Prometheus.
void metrics_get(struct call *call, const ProtobufCMessage *request) {
    (void)request;
    char *text = NULL;
    size_t length;
    FILE *out = need(open_memstream(&text, &length));
    meminfo(out);
    uptime(out);
    load(out);
    agent_memory(out);
    requests(out);
    fclose(out);
    Grpc__Metrics metrics = GRPC__METRICS__INIT;
    metrics.metrics = text;
    call_reply(call, &metrics.base);
    free(text);
}
