#ifndef VMFACTORY_LAUNCHER_H
#define VMFACTORY_LAUNCHER_H

#include <stdint.h>

// The agent's program as a launcher: the first process of a container whose program is chosen at its start. crun
// executes it in the container, with the user and the rights of the program. It waits there, and then becomes the
// program.

// The only argument of a launcher.
#define LAUNCHER_WORD "vmfactory-launcher"

// Its descriptors beside the standard streams. The program gets none of them.
enum {
    LAUNCHER_REPORT = 3, // a struct launcher_report is written to it if the program cannot be executed
    LAUNCHER_CONTROL, // a socket: the launcher sends a byte when it waits, and gets one when the program is there
    LAUNCHER_PROGRAM, // a memory file: struct launcher_program
    LAUNCHER_ITSELF, // the file of the launcher
    LAUNCHER_FD_END
};

// The head of LAUNCHER_PROGRAM. Texts follow, each with its NUL: the working directory, the arguments, the
// variables.
struct launcher_program {
    uint32_t n_args, n_env;
};

struct launcher_report {
    enum { LAUNCHER_ENTER = 1, LAUNCHER_FIND, LAUNCHER_EXECUTE } step; // the step that failed
    int error; // errno
};

// Returns an exit status, if it could not execute the program.
int launcher_run(void);

#endif
