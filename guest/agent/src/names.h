#ifndef VMFACTORY_NAMES_H
#define VMFACTORY_NAMES_H

#include <stdbool.h>

// Accepts an RFC 1123 label: 1 to 63 letters, digits and hyphens, without a hyphen at either end.
bool is_hostname(const char *text);

// Accepts 32 lower-case hex digits that are not all zero: machine-id(5).
bool is_machine_id(const char *text);

#endif
