#include "names.h"

#include <string.h>

#define HOSTNAME_MAX 64
#define LOWER_HEX "0123456789abcdef"
#define LABEL "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"

bool is_hostname(const char *text) {
    if (strlen(text) > HOSTNAME_MAX) return false;
    for (;; text++) {
        size_t length = strspn(text, LABEL);
        if (length == 0 || text[0] == '-' || text[length - 1] == '-') return false;
        text += length;
        if (*text != '.') return *text == '\0';
    }
}

bool is_machine_id(const char *text) {
    return strlen(text) == 32 && strspn(text, LOWER_HEX) == 32 && strspn(text, "0") < 32;
}
