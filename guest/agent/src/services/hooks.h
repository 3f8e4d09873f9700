#ifndef VMFACTORY_HOOKS_H
#define VMFACTORY_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

// Returns how many commands run after a restore, or how many rehearsals: those registered whose containers have not
// ended.
uint32_t hooks_registered(bool rehearsal);

// The container has another id now.
void hooks_follow(const char *id, const char *now);

#endif
