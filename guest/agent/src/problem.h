#ifndef VMFACTORY_PROBLEM_H
#define VMFACTORY_PROBLEM_H

#include <stdbool.h>

#include "status.h"

// The reason for a failure, for a later answer.
struct problem {
    enum status code;
    char text[448];
};

// Sets the reason ("%m" = the text of errno) and returns false.
bool problem_set(struct problem *problem, enum status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
