#include "options.h"

#include <string.h>

#include "report.h"

static bool takes_value(const struct option_of *option) { return option->value != NULL || option->all != NULL; }

static bool is_named(const struct option_of *option, const char *word, const char **value) {
    if (word[1] != '-') return option->letter != 0 && word[1] == option->letter && word[2] == '\0';
    size_t length = strlen(option->name);
    if (strncmp(word + 2, option->name, length) != 0) return false;
    if (word[2 + length] == '=' && takes_value(option)) {
        *value = word + 3 + length;
        return true;
    }
    return word[2 + length] == '\0';
}

static const struct option_of *find(const struct option_of *options, const char *word, const char **value) {
    for (; options->name != NULL; options++) {
        if (is_named(options, word, value)) return options;
    }
    stop("there is no option %s", word);
}

static void add(struct values *all, const char *word, const char *value) {
    if (all->count == VALUES_MOST) stop("%s is given more than %d times", word, VALUES_MOST);
    all->at[all->count++] = value;
}

int options_read(char **arguments, const struct option_of *options) {
    int at = 0;
    while (arguments[at] != NULL && arguments[at][0] == '-' && arguments[at][1] != '\0') {
        const char *word = arguments[at++], *value = NULL;
        if (strcmp(word, "--") == 0) break;
        const struct option_of *option = find(options, word, &value);
        if (takes_value(option) && value == NULL) {
            value = arguments[at];
            if (value == NULL) stop("%s needs a value", word);
            at++;
        }
        if (option->value != NULL) *option->value = value;
        if (option->all != NULL) add(option->all, word, value);
        if (option->given != NULL) *option->given = true;
    }
    return at;
}
