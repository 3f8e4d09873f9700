#ifndef VMFACTORY_HOME_H
#define VMFACTORY_HOME_H

#include "kata/oci.pb-c.h"

// HOME of a process whose user has no account in its root: "/", as runc has it. crun finds the home of the others, and sets
// none for these.

struct home {
    Grpc__Process process;
    char **env;
};

// Returns the process, or one with HOME=/ added, which lasts until home_free.
//
// root: the root of its file system; other file systems that are mounted in it are not looked into, because a container may
// have mounted one that does not answer.
const Grpc__Process *home_add(struct home *home, const Grpc__Process *process, const char *root);

void home_free(struct home *home);

#endif
