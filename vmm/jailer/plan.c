#include "plan.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "failure.h"

static const struct option options[] = {
    {"report", required_argument, NULL, 'p'},  {"own-user", no_argument, NULL, 'o'},
    {"uid", required_argument, NULL, 'u'},     {"gid", required_argument, NULL, 'g'},
    {"group", required_argument, NULL, 's'},   {"root", required_argument, NULL, 'r'},
    {"read", required_argument, NULL, 'f'},    {"device", required_argument, NULL, 'd'},
    {"cgroup", required_argument, NULL, 'c'},  {"file-size", required_argument, NULL, 'z'},
    {"few-calls", no_argument, NULL, 'l'},     {"guarded", no_argument, NULL, 'e'},
    {NULL, 0, NULL, 0},
};

static unsigned long long number(const char *text, unsigned long long most) {
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || value > most) {
        fail("\"%s\" is not a number from 0 to %llu", text, most);
    }
    return value;
}

// Ids from 2^31 on are refused: (uid_t)-1 means "do not change" to the kernel.
static unsigned id(const char *text) { return (unsigned)number(text, 0x7fffffff); }

static void add(struct paths *paths, const char *path) {
    if (*path != '/') fail("\"%s\" is not an absolute path", path);
    if (paths->n == PATHS_MOST) fail("more than %d paths of one kind", PATHS_MOST);
    paths->all[paths->n++] = path;
}

static void add_group(struct plan *plan, const char *text) {
    if (plan->n_groups == GROUPS_MOST) fail("more than %d groups", GROUPS_MOST);
    plan->groups[plan->n_groups++] = id(text);
}

static void take(struct plan *plan, int option) {
    switch (option) {
        case 'p': plan->report = (int)number(optarg, 1 << 20); break;
        case 'o': plan->own_user = true; break;
        case 'u': plan->uid = id(optarg); break;
        case 'g': plan->gid = id(optarg); break;
        case 's': add_group(plan, optarg); break;
        case 'r': plan->root = optarg; break;
        case 'f': add(&plan->reads, optarg); break;
        case 'd': add(&plan->devices, optarg); break;
        case 'c': add(&plan->cgroups, optarg); break;
        case 'l': plan->few_calls = true; break;
        case 'e': plan->guarded = true; break;
        case 'z': plan->file_size = number(optarg, ~0ull >> 1); break;
        default: fail("the command line is wrong; see main.c");
    }
}

void plan_parse(struct plan *plan, int argc, char **argv) {
    *plan = (struct plan){.report = -1};
    int option;
    while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) take(plan, option);
    plan->program = argv + optind;
    if (*plan->program == NULL) fail("no program is given");
    if (plan->report < 0) fail("--report is missing");
    if (plan->root == NULL) return;
    if (*plan->root != '/') fail("--root is not an absolute path");
    if (plan->uid == 0 || plan->gid == 0) fail("--uid or --gid is missing or 0");
}
