// The system calls of the program: an allow-list, which the kernel enforces (seccomp).
#ifndef CALLS_H
#define CALLS_H

#include <stdbool.h>

// Returns whether the program may make a system call, whatever its arguments are.
bool calls_allows(long number);

// Executes the program. From then on, the process can make the system calls of the list and no others: those that
// Linux has had before 5.1 fail with EPERM, newer ones with ENOSYS, as on an older kernel. No process is killed for a
// call. Returns if the program cannot be executed; errno says why. The process must have no_new_privs.
void calls_execute(char **program, char **environment);

#endif
