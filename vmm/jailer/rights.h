// What the program may do: limits, user and capabilities.
#ifndef RIGHTS_H
#define RIGHTS_H

#include "plan.h"

// Makes the kernel end this process and its children before others if the host has too little memory.
void rights_expose(void);

// Sets the limits of resources.
void rights_limit(const struct plan *plan);

// Gives up for ever what a program's file could add: its user, group or capabilities.
void rights_renounce(void);

// Changes the user and drops all capabilities for ever.
void rights_drop(const struct plan *plan);

#endif
