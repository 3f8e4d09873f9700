#ifndef VMFACTORY_NAMES_H
#define VMFACTORY_NAMES_H

#include <stdbool.h>

// RFC 1123 label: 1..63 letters, digits and hyphens, no hyphen at either end.
bool is_hostname(const char *text);

// 32 lower-case hex digits, not all of them zero: machine-id(5).
bool is_machine_id(const char *text);

// UUID in lower case, as the kernel prints its boot id.
bool is_uuid(const char *text);

#endif
