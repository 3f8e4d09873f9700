// The root file system of the program: what it may read, its device files, and nothing else.
#ifndef ROOT_H
#define ROOT_H

#include "plan.h"

// Makes the root file system and enters it. Needs a mount namespace of this process's own, and for /proc a PID
// namespace of its own.
void root_enter(const struct plan *plan);

#endif
