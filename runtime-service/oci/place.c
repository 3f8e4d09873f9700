#include "place.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "need.h"

#define SOCKET "/.service/command.sock"

static char *joined(const char *folder, const char *rest) {
    char *path = need(malloc(strlen(folder) + strlen(rest) + 1));
    return strcat(strcpy(path, folder), rest);
}

static const char *variable(const char *name) {
    const char *value = getenv(name);
    return value == NULL || *value == '\0' ? NULL : value;
}

static char *in_home(const char *name, const char *otherwise) {
    const char *value = variable(name), *home = variable("HOME");
    return value != NULL ? joined(value, "") : joined(home == NULL ? "" : home, otherwise);
}

static char *usual_run_dir(void) {
    if (geteuid() == 0) return joined("/run/vmfactory", "");
    const char *run = variable("XDG_RUNTIME_DIR");
    return run != NULL ? joined(run, "/vmfactory") : joined(in_home("XDG_STATE_HOME", "/.local/state"), "/vmfactory/run");
}

static const char *named_file(char **words) {
    for (; *words != NULL && strcmp(*words, "--") != 0; words++) {
        if (strncmp(*words, "--config=", 9) == 0) return *words + 9;
        if (strcmp(*words, "--config") == 0) return words[1];
    }
    return variable("VMFACTORY_CONFIG");
}

// Returns the configuration file; NULL = there is none.
static const char *file_of(char **words) {
    const char *named = named_file(words);
    if (named != NULL) return named;
    if (geteuid() != 0) {
        char *own = joined(in_home("XDG_CONFIG_HOME", "/.config"), "/vmfactory/vmfactory.toml");
        if (access(own, F_OK) == 0) return own;
    }
    const char *all = "/etc/vmfactory/vmfactory.toml";
    return access(all, F_OK) == 0 ? all : NULL;
}

static bool key_is(const char *line, const char *key, char value[PATH_MAX]) {
    char found[16], rest[8];
    // The widths are those of the arrays; a value with a backslash or a quotation mark does not match.
    int parts = sscanf(line, " %15[a-z_] = \"%4095[^\"\\]\"%7s", found, value, rest);
    return parts >= 2 && strcmp(found, key) == 0 && (parts == 2 || rest[0] == '#');
}

// Reads the two folders as far as the file names them.
static bool read_folders(const char *path, char **run_dir, char **sandboxes) {
    char line[PATH_MAX + 64], value[PATH_MAX];
    FILE *file = fopen(path, "re");
    if (file == NULL) return false;
    while (fgets(line, sizeof line, file) != NULL) {
        if (key_is(line, "run_dir", value)) *run_dir = joined(value, "");
        if (key_is(line, "sandbox_dir", value)) *sandboxes = joined(value, "");
    }
    fclose(file);
    return true;
}

char *place_of_socket(char **words) {
    char *run_dir = NULL, *sandboxes = NULL;
    const char *file = file_of(words);
    if (file != NULL && !read_folders(file, &run_dir, &sandboxes)) return NULL;
    if (sandboxes == NULL) sandboxes = joined(run_dir != NULL ? run_dir : usual_run_dir(), "/sandboxes");
    return *sandboxes == '/' ? joined(sandboxes, SOCKET) : NULL;
}
