#ifndef VMFACTORY_MEMORY_H
#define VMFACTORY_MEMORY_H

#include <stdint.h>

// Returns the value of a line of /proc/meminfo in KiB. The name has no colon ("MemFree"). 0 = no such line.
uint64_t meminfo_kib(const char *name);

#endif
