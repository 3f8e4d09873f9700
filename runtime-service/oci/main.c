// vmfactory-oci: the command line of an OCI runtime, so that a container engine runs each container in a VM.
//
//   vmfactory-oci [--root DIR] [--log FILE] [--log-format json|text] [--template NAME] VERB [OPTIONS] ID
//
// It asks the runtime service, over ttRPC, and leaves a stand-in behind for each process (standin.h). The service is at
// $VMFACTORY_ENGINE_SOCKET, or at the default place. With the name containerd-shim-vmfactory-v2 the same program is
// containerd's shim (shim/).
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "report.h"
#include "shim/shim.h"
#include "verbs.h"

#define VERSION "vmfactory-oci version 0.1.0\nspec: 1.0.2\n"

struct verb {
    const char *name;
    int (*run)(char **words);
    const char *usage; // its options and words
    const char *help;
};

static const struct verb verbs[] = {
    {"create", verb_create, "[--bundle DIR] [--config FILE] [--pid-file FILE] [--console-socket PATH] ID",
     "creates a container in a VM; its program has not begun"},
    {"start", verb_start, "ID", "begins the program of a container"},
    {"run", verb_run, "[--bundle DIR] [--config FILE] [--pid-file FILE] [--console-socket PATH] [--detach] [--keep] ID",
     "creates, starts and deletes a container"},
    {"exec", verb_exec,
     "[--process FILE] [--pid-file FILE] [--console-socket PATH] [--detach] [--tty] [--cwd DIR] [--user UID[:GID]]\n"
     "                [--env NAME=VALUE]... [--additional-gids GID]... [--cap NAME]... [--no-new-privs] ID [COMMAND...]",
     "executes a command in a container; what is not given comes from the container's first process"},
    {"state", verb_state, "ID", "prints the state of a container as JSON"},
    {"list", verb_list, "[--format table|json] [--quiet]", "lists the containers of this --root"},
    {"ps", verb_ps, "[--format table|json] ID", "prints the process of this host that stands for a container"},
    {"events", verb_events, "[--stats] [--interval TIME] ID", "prints what a container uses, as JSON: once, or every 5s"},
    {"kill", verb_kill, "[--all] ID [SIGNAL]", "sends a signal to a container; TERM if none is named"},
    {"pause", verb_pause, "ID", "stops all processes of a container"},
    {"resume", verb_resume, "ID", "lets them run again"},
    {"update", verb_update,
     "[--memory BYTES] [--cpu-quota MICROS] [--cpu-period MICROS] [--cpu-share N] [--pids-limit N]\n"
     "                [--resources FILE] ID",
     "changes limits of a container; the VM grows if it must"},
    {"delete", verb_delete, "[--force] ID", "removes a container that has ended, and its VM"},
    {"spec", verb_spec, "[--bundle DIR]", "writes a config.json to begin with"},
    {"features", verb_features, "", "prints what this runtime can do, as JSON"},
};

#define VERB_COUNT (sizeof verbs / sizeof *verbs)

static bool asks_for_help(const char *word) {
    return word != NULL && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0);
}

static int print_help(void) {
    printf("Usage: vmfactory-oci [--root DIR] [--log FILE] [--log-format text|json] [--template NAME] VERB [OPTIONS] [ID]\n\n"
           "Runs each container of an OCI bundle in a VM. Container engines call it; the runtime service must run\n"
           "(vmfactory runtime serve).\n\nVerbs:\n");
    for (size_t i = 0; i < VERB_COUNT; i++) printf("  %-10s %s\n", verbs[i].name, verbs[i].help);
    printf("\n`vmfactory-oci VERB --help` lists the options of a verb.\n");
    return 0;
}

static int run_verb(const struct verb *verb, char **words) {
    if (!asks_for_help(*words)) return verb->run(words);
    printf("Usage: vmfactory-oci %s %s\n\nThe verb %s %s.\n", verb->name, verb->usage, verb->name, verb->help);
    return 0;
}

static int run(char **words) {
    if (*words == NULL) stop("a verb is missing; `vmfactory-oci --help` lists them");
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (strcmp(*words, verbs[i].name) == 0) return run_verb(&verbs[i], words + 1);
    }
    stop("there is no verb %s; `vmfactory-oci --help` lists them", *words);
}

int main(int argc, char **argv) {
    if (argc > 0 && shim_is_meant(argv[0])) return shim_run(argv + 1);
    const char *root = "", *log = NULL, *format = NULL, *cgroups = NULL, *template = "";
    bool version = false, help = false;
    const struct option_of options[] = {
        {"root", 0, &root, NULL},        {"log", 0, &log, NULL},           {"log-format", 0, &format, NULL},
        {"debug", 0, NULL, NULL},        {"systemd-cgroup", 0, NULL, NULL}, {"cgroup-manager", 0, &cgroups, NULL},
        {"version", 'v', NULL, &version}, {"help", 'h', NULL, &help},
        {"template", 0, &template, NULL}, {0},
    };
    char **words = argv + 1 + options_read(argv + 1, options);
    if (help) return print_help();
    report_to(log, format);
    verbs_root(root);
    verbs_template(template);
    if (version) {
        printf("%s", VERSION);
        return 0;
    }
    return run(words);
}
