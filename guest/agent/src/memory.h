#ifndef VMFACTORY_MEMORY_H
#define VMFACTORY_MEMORY_H

#include <stdint.h>

// A line of /proc/meminfo in KiB, named without its colon ("MemFree"); 0 when it is not there.
uint64_t meminfo_kib(const char *name);

#endif
