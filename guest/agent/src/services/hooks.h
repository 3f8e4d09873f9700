#ifndef VMFACTORY_HOOKS_H
#define VMFACTORY_HOOKS_H

#include <stdint.h>

// Returns how many commands run after a restore: those registered whose containers have not ended.
uint32_t hooks_registered(void);

// The container has another id now.
void hooks_follow(const char *id, const char *now);

#endif
