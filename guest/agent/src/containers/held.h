#ifndef VMFACTORY_HELD_H
#define VMFACTORY_HELD_H

#include <stdbool.h>

#include "../launcher.h"
#include "../loop.h"
#include "../problem.h"
#include "kata/oci.pb-c.h"

// A container's first process that waits, as a launcher, for its program.
struct held {
    bool wanted; // the process is one
    struct source control; // readable when the launcher waits; fd -1 = closed
    int program; // the memory file; -1 = closed
    struct launcher_report report;
};

// Prepares launchers, once: opens the file that they execute.
void held_prepare(const char *launcher);

// The arguments with which crun executes a launcher.
extern char *held_args[];
#define HELD_ARGS 2

// Sets what a launcher inherits, from LAUNCHER_CONTROL to LAUNCHER_ITSELF. Only the first is the caller's to close.
// False with errno.
bool held_open(struct held *held, int inherited[]);

// Lets the launcher become a program: arguments, variables and working directory of the process. False with errno.
bool held_launch(struct held *held, const Grpc__Process *process);

// Returns whether the launcher has become the program. Called when it has closed its report, which this reads.
bool held_launched(struct held *held, int report);

// Sets the reason why it has not.
enum status held_explain(const struct held *held, const char *program, struct problem *problem);

void held_close(struct held *held);

#endif
