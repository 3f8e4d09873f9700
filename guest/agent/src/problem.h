#ifndef VMFACTORY_PROBLEM_H
#define VMFACTORY_PROBLEM_H

#include <stdbool.h>

#include "status.h"

// Why something was not done, as it is answered later.
struct problem {
    enum status code;
    char text[448];
};

// Says what is wrong ("%m" = errno's text) and returns false.
bool problem_set(struct problem *problem, enum status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
