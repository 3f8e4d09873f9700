#ifndef VMFACTORY_NEED_H
#define VMFACTORY_NEED_H

#include <stdlib.h>

// Memory that was asked for, or the end: without memory, PID 1 has nothing left to do.
static inline void *need(void *memory) {
    if (memory == NULL) abort();
    return memory;
}

#endif
