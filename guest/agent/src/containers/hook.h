#ifndef VMFACTORY_HOOK_H
#define VMFACTORY_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../problem.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

// Runs a command in a container that runs already, on behalf of the agent: with a time limit, without input, and
// with little of its output kept.

#define HOOK_OUTPUT 4096 // how much of the end of its output is kept

struct hook_end {
    const struct problem *problem; // why it could not be run; NULL = it ran
    int status; // 0..255, or 128 + signal
    bool late; // its time was over, and it was killed
    const uint8_t *output; // the end of standard output and standard error together
    size_t length;
    uint64_t total; // bytes that it wrote
};

// Receives how a command ended. May start another one.
typedef void hook_done(const struct hook_end *end, void *context);

// Returns whether the command can be run now. False with problem.
bool hook_check(const Vmfactory__Guest__V1__Hook *hook, struct problem *problem);

// Returns the name of the command for messages.
const char *hook_name(const Vmfactory__Guest__V1__Hook *hook);

// Starts the command. Calls done once, from here or from a later event. Does not use the message afterwards.
void hook_run(const Vmfactory__Guest__V1__Hook *hook, hook_done *done, void *context);

#endif
