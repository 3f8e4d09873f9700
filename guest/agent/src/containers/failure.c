#include "failure.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

// Returns whether the text contains the word, between characters that are not part of words or paths.
static bool has_word(const char *text, const char *word) {
    size_t length = strlen(word);
    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        char before = at == text ? ' ' : at[-1], after = at[length];
        bool starts = !isalnum((unsigned char)before) && strchr("/.-_", before) == NULL;
        bool ends = !isalnum((unsigned char)after) && (after == '\0' || strchr("/.-_", after) == NULL);
        if (starts && ends) return true;
    }
    return false;
}

bool failure_names(const char *message, const char *path) {
    while (*path == '/') path++;
    char with_slash[512];
    snprintf(with_slash, sizeof with_slash, "/%s", path);
    return *path != '\0' && (has_word(message, path) || has_word(message, with_slash));
}

static bool is_about(const char *text, const char *program) {
    return has_word(text, program) || has_word(text, "exec") || has_word(text, "executable");
}

// Returns the text of the errno that the message contains, or NULL.
static const char *errno_text(const char *message) {
    static const int numbers[] = {EISDIR, EACCES, ENOEXEC, EPERM, ELOOP, ENOTDIR, ENAMETOOLONG, ETXTBSY, E2BIG};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const char *text = strerror(numbers[i]);
        if (strstr(message, text) != NULL) return text;
    }
    return NULL;
}

enum status failure_of(
    struct problem *problem, enum failure_step step, const char *program, const char *message) {
    const char *text = errno_text(message);
    if (step == FAILURE_MAKING && !is_about(message, program)) {
        problem_set(problem, STATUS_INTERNAL, "%s", message);
    } else if (strstr(message, strerror(ENOENT)) == NULL) {
        problem_set(
            problem, STATUS_PERMISSION_DENIED, "%.200s: cannot be executed%s%s", program,
            text == NULL ? "" : ": ", text == NULL ? "" : text);
    } else if (step == FAILURE_MAKING) {
        problem_set(problem, STATUS_NOT_FOUND, "%.200s: command not found in the container", program);
    } else {
        problem_set(
            problem, STATUS_NOT_FOUND, "%.200s: its interpreter or loader is not in the container", program);
    }
    return problem->code;
}
