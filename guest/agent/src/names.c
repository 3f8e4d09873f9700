#include "names.h"

#include <string.h>

#define HOSTNAME_MAX 63
#define LOWER_HEX "0123456789abcdef"
#define LABEL "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"

bool is_hostname(const char *text) {
    size_t length = strlen(text);
    return length >= 1 && length <= HOSTNAME_MAX && strspn(text, LABEL) == length
        && text[0] != '-' && text[length - 1] != '-';
}

bool is_machine_id(const char *text) {
    return strlen(text) == 32 && strspn(text, LOWER_HEX) == 32 && strspn(text, "0") < 32;
}
