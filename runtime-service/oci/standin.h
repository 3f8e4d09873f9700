#ifndef VMFACTORY_STANDIN_H
#define VMFACTORY_STANDIN_H

#include <stdbool.h>
#include <sys/types.h>

// A stand-in: a process of this host that stands for a process in a VM. Its parent can wait for it, and signal it. It
// passes signals and standard streams on, and ends with the exit status of the process in the VM.

struct standin {
    pid_t pid;
    int order; // the stand-in waits here for what it stands for, and answers
};

// What a stand-in stands for.
struct post {
    const char *space; // the namespace of the container's name
    const char *container;
    const char *exec; // for the first process, the container's id
    bool terminal;
    const char *network; // the network namespace that it lives in; empty = a new one, NULL = that of its parent
    char *const *ports;
    unsigned port_count;
};

// Starts a stand-in, which waits for its post.
//   console  the path of the socket that gets the master of its terminal; NULL = none
//   session  whether it leaves the session and the terminal of its parent
struct standin standin_start(const char *console, bool session);

// Gives it its post. Returns NULL when it is there, or why it cannot be; then it has ended.
char *standin_post(const struct standin *standin, const struct post *post);

// Ends a stand-in that has no post.
void standin_cancel(const struct standin *standin);

#endif
