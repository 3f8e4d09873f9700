#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "options.h"
#include "report.h"
#include "service.h"
#include "verbs.h"

#define SECONDS 60

// The limits that have options of their own, by their place in linux.resources.
struct limit {
    const char *option, *section, *name, *value;
};

enum { LIMITS = 5 };

static void put_limits(struct bytes *json, const struct limit limits[LIMITS]) {
    const char *section = "";
    bytes_text(json, "{");
    for (int i = 0; i < LIMITS; i++) {
        const struct limit *limit = &limits[i];
        char *end;
        if (limit->value == NULL) continue;
        errno = 0;
        long long number = strtoll(limit->value, &end, 10);
        if (end == limit->value || *end != '\0' || errno != 0) stop("--%s: %s is not a number", limit->option, limit->value);
        bool same = strcmp(section, limit->section) == 0;
        if (!same) bytes_format(json, "%s\"%s\":{", *section == '\0' ? "" : "},", limit->section);
        bytes_format(json, "%s\"%s\":%lld", same ? "," : "", limit->name, number);
        section = limit->section;
    }
    bytes_text(json, *section == '\0' ? "}" : "}}");
}

int verb_update(char **words) {
    const char *resources = NULL;
    struct limit limits[LIMITS] = {
        {"memory", "memory", "limit", NULL},        {"cpu-quota", "cpu", "quota", NULL}, {"cpu-period", "cpu", "period", NULL},
        {"cpu-share", "cpu", "shares", NULL}, {"pids-limit", "pids", "limit", NULL},
    };
    const struct option_of options[] = {
        {"resources", 'r', &resources, NULL},
        {"memory", 0, &limits[0].value, NULL},
        {"cpu-quota", 0, &limits[1].value, NULL},
        {"cpu-period", 0, &limits[2].value, NULL},
        {"cpu-share", 0, &limits[3].value, NULL},
        {"pids-limit", 0, &limits[4].value, NULL},
        {0},
    };
    words += options_read(words, options);
    struct bytes request = request_for(verbs_space(), verbs_only_id(words)), json = {0};
    if (resources != NULL) {
        bytes_file(&json, strcmp(resources, "-") == 0 ? "/dev/stdin" : resources);
    } else {
        put_limits(&json, limits);
    }
    if (json.length == 2) stop("no limit is given: --memory, --cpu-quota, --cpu-period, --cpu-share, --pids-limit, or --resources FILE");
    put_bytes(&request, 3, json.at, json.length);
    service_must("UpdateContainer", &request, SECONDS);
    return 0;
}
