#ifndef VMFACTORY_NEED_H
#define VMFACTORY_NEED_H

#include <stdlib.h>

// Returns the result of an allocation. Aborts if it is NULL: without memory, PID 1 cannot go on.
static inline void *need(void *memory) {
    if (memory == NULL) abort();
    return memory;
}

#endif
