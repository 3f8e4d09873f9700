#include "place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOCKET "/.service/command.sock"

// Writes folder and rest. What is too long becomes empty, which is no place.
static void join(char path[PATH_MAX], const char *folder, const char *rest) {
    if (snprintf(path, PATH_MAX, "%s%s", folder, rest) >= PATH_MAX) *path = '\0';
}

static const char *variable(const char *name) {
    const char *value = getenv(name);
    return value == NULL || *value == '\0' ? NULL : value;
}

// Writes the folder that a variable names, or else one in the home.
static void in_home(char path[PATH_MAX], const char *name, const char *otherwise) {
    const char *value = variable(name), *home = variable("HOME");
    if (value != NULL) {
        join(path, value, "");
    } else {
        join(path, home == NULL ? "" : home, otherwise);
    }
}

static void usual_run_dir(char path[PATH_MAX]) {
    char state[PATH_MAX];
    const char *run = variable("XDG_RUNTIME_DIR");
    if (geteuid() == 0) {
        join(path, "/run/vmfactory", "");
    } else if (run != NULL) {
        join(path, run, "/vmfactory");
    } else {
        in_home(state, "XDG_STATE_HOME", "/.local/state");
        join(path, state, "/vmfactory/run");
    }
}

static const char *named_file(char **words) {
    for (; *words != NULL && strcmp(*words, "--") != 0; words++) {
        if (strncmp(*words, "--config=", 9) == 0) return *words + 9;
        if (strcmp(*words, "--config") == 0) return words[1];
    }
    return variable("VMFACTORY_CONFIG");
}

// Writes the configuration file; empty = there is none.
static void file_of(char **words, char path[PATH_MAX]) {
    const char *named = named_file(words), *all = "/etc/vmfactory/vmfactory.toml";
    char own[PATH_MAX];
    if (named != NULL) {
        join(path, named, "");
        return;
    }
    in_home(own, "XDG_CONFIG_HOME", "/.config");
    join(path, own, "/vmfactory/vmfactory.toml");
    if (geteuid() != 0 && access(path, F_OK) == 0) return;
    join(path, access(all, F_OK) == 0 ? all : "", "");
}

static bool key_is(const char *line, const char *key, char value[PATH_MAX]) {
    char found[16];
    int end = 0;
    // The widths are those of the arrays; a value with a backslash or a quotation mark does not match.
    sscanf(line, " %15[a-z_] = \"%4095[^\"\\]\"%n", found, value, &end);
    if (end == 0 || strcmp(found, key) != 0) return false;
    line += end + strspn(line + end, " \t");
    return *line == '\0' || *line == '\n' || *line == '#';
}

// Writes the folder of the sandboxes, as far as the file says it.
static bool read_folder(const char *file_name, char sandboxes[PATH_MAX]) {
    char line[PATH_MAX + 64], value[PATH_MAX], run_dir[PATH_MAX];
    bool named = false;
    usual_run_dir(run_dir);
    FILE *file = *file_name == '\0' ? NULL : fopen(file_name, "re");
    if (file == NULL && *file_name != '\0') return false;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (key_is(line, "run_dir", value)) join(run_dir, value, "");
        if (key_is(line, "sandbox_dir", value)) {
            join(sandboxes, value, "");
            named = true;
        }
    }
    if (file != NULL) fclose(file);
    if (!named) join(sandboxes, run_dir, "/sandboxes");
    return true;
}

bool place_of_socket(char **words, char path[PATH_MAX]) {
    char file[PATH_MAX], sandboxes[PATH_MAX];
    file_of(words, file);
    if (!read_folder(file, sandboxes)) return false;
    join(path, sandboxes, SOCKET);
    return *path == '/' && path[1] != '.';
}
