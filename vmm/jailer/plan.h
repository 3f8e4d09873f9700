// What the jailer is asked to do: its command line, parsed.
#ifndef PLAN_H
#define PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PATHS_MOST 64
#define GROUPS_MOST 8

struct paths {
    const char *all[PATHS_MOST];
    size_t n;
};

struct plan {
    int report;            // descriptor for the program's pid, and for the reason of a failure after that
    bool own_user;         // whether a user namespace is made; else this process must be root
    uid_t uid;             // user and group of the program in the jail
    gid_t gid;
    gid_t groups[GROUPS_MOST]; // further groups
    size_t n_groups;
    const char *root;      // an empty folder; the root file system is mounted over it, unseen by others; NULL = no jail
    struct paths reads;    // files and folders that the program may read; a missing one is left out
    struct paths devices;  // device files that the program may open
    struct paths cgroups;  // folders of the control groups that the program belongs to
    bool few_calls;        // whether the program can make the system calls of the list only
    bool guarded;          // whether the program is killed when the thread ends that has started the jailer
    unsigned long long file_size; // largest file that the program can make, in bytes; 0 = no limit
    char **program;        // the program's path and arguments, ends with NULL
};

// Parses the command line. Ends the process with a message if it is wrong.
void plan_parse(struct plan *plan, int argc, char **argv);

#endif
