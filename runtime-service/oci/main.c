// vmfactory-oci: the command line of an OCI runtime, so that a container engine runs each container in a VM.
//
//   vmfactory-oci [--root DIR] [--log FILE] [--log-format json|text] [--template NAME] VERB [OPTIONS] ID
//
// It asks the runtime service, over ttRPC, and leaves a stand-in behind for each process (standin.h). The service is at
// $VMFACTORY_ENGINE_SOCKET, or at the default place. With the name containerd-shim-vmfactory-v2 the same program is
// containerd's shim (shim/).
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "report.h"
#include "shim/shim.h"
#include "verbs.h"

#define VERBS "create, start, state, kill, pause, resume, delete, run, exec, list, ps, update or features"
#define VERSION "vmfactory-oci version 0.1.0\nspec: 1.0.2\n"

static const struct {
    const char *name;
    int (*run)(char **words);
} verbs[] = {
    {"create", verb_create}, {"start", verb_start},   {"state", verb_state}, {"kill", verb_kill},
    {"pause", verb_pause},   {"resume", verb_resume}, {"delete", verb_delete}, {"run", verb_run},
    {"exec", verb_exec},     {"list", verb_list},     {"ps", verb_ps},
    {"update", verb_update}, {"features", verb_features},
};

static int run(char **words) {
    if (*words == NULL) stop("a verb is missing: " VERBS);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(*words, verbs[i].name) == 0) return verbs[i].run(words + 1);
    }
    stop("there is no verb %s: it is " VERBS, *words);
}

int main(int argc, char **argv) {
    if (argc > 0 && shim_is_meant(argv[0])) return shim_run(argv + 1);
    const char *root = "", *log = NULL, *format = NULL, *cgroups = NULL, *template = "";
    bool version = false;
    const struct option_of options[] = {
        {"root", 0, &root, NULL},        {"log", 0, &log, NULL},           {"log-format", 0, &format, NULL},
        {"debug", 0, NULL, NULL},        {"systemd-cgroup", 0, NULL, NULL}, {"cgroup-manager", 0, &cgroups, NULL},
        {"version", 'v', NULL, &version}, {"template", 0, &template, NULL}, {0},
    };
    char **words = argv + 1 + options_read(argv + 1, options);
    report_to(log, format);
    verbs_root(root);
    verbs_template(template);
    if (version) {
        printf("%s", VERSION);
        return 0;
    }
    return run(words);
}
