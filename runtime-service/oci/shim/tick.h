#ifndef VMFACTORY_SHIM_TICK_H
#define VMFACTORY_SHIM_TICK_H

#include <stdint.h>
#include <time.h>

// Returns the time of the host's clock that never goes back, in milliseconds.
static inline int64_t tick_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif
