#ifndef VMFACTORY_NAMES_H
#define VMFACTORY_NAMES_H

#include <stdbool.h>

// Accepts labels of letters, digits and inner hyphens, with dots between them: 1 to 64 characters together.
bool is_hostname(const char *text);

// Accepts 32 lower-case hex digits that are not all zero: machine-id(5).
bool is_machine_id(const char *text);

#endif
