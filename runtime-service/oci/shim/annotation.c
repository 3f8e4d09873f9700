#include "annotation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "bytes.h"

#define SPACE " \t\r\n"

// Returns the end of the string that begins at a quotation mark: the other mark; NULL = it has no end.
static const char *string_end(const char *at) {
    for (at++; *at != '"'; at++) {
        if (*at == '\\') at++;
        if (*at == '\0') return NULL;
    }
    return at;
}

static bool is(const char *at, const char *end, const char *text) {
    return (size_t)(end - at - 1) == strlen(text) && strncmp(at + 1, text, strlen(text)) == 0;
}

static char *string_at(const char *at) {
    at += strspn(at, SPACE);
    const char *end = *at == '"' ? string_end(at) : NULL;
    return end == NULL ? NULL : text_of((const uint8_t *)at + 1, (size_t)(end - at - 1));
}

char *annotation_in(const char *json, const char *name) {
    int depth = 0;
    bool inside = false;
    for (const char *at = json; *at != '\0'; at++) {
        if (*at == '{' || *at == '[') depth++;
        if (*at == '}' || *at == ']') depth--;
        if (*at != '"') continue;
        const char *end = string_end(at);
        if (end == NULL) return NULL;
        const char *colon = end + 1 + strspn(end + 1, SPACE);
        if (*colon == ':' && depth == 1) inside = is(at, end, "annotations");
        if (*colon == ':' && depth == 2 && inside && is(at, end, name)) return string_at(colon + 1);
        at = end;
    }
    return NULL;
}
