#include "cpuset.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MOST 8192 // the most CPUs that a kernel supports

static bool read_number(const char **text, unsigned long *number) {
    char *end;
    if (!isdigit((unsigned char)**text)) return false;
    *number = strtoul(*text, &end, 10);
    *text = end;
    return *number < MOST;
}

// Marks the numbers of a set. False = the text is no set.
static bool mark(const char *text, bool numbers[MOST]) {
    do {
        unsigned long first, last;
        if (!read_number(&text, &first)) return false;
        last = first;
        if (*text == '-' && (text++, !read_number(&text, &last))) return false;
        for (; first <= last; first++) numbers[first] = true;
    } while (*text++ == ',');
    return text[-1] == '\0';
}

bool cpuset_within(const char *set, const char *other) {
    bool wanted[MOST] = {false}, there[MOST] = {false};
    if (!mark(set, wanted) || !mark(other, there)) return false;
    for (size_t i = 0; i < MOST; i++) {
        if (wanted[i] && !there[i]) return false;
    }
    return true;
}
