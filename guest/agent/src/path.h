#ifndef VMFACTORY_PATH_H
#define VMFACTORY_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// Paths that requests name. They lie below /run, but not in the folders of the agent and of crun. No symbolic link is
// followed on the way: root in a container could have planted it.

// Whether a request may name it: absolute, canonical (no "//", ".", ".."), below /run.
bool path_allowed(const char *path);

// Opens what is there. -1 with errno (ELOOP = a link is in the way).
int path_open(const char *path, int flags);

// Opens the directory that holds it, as O_PATH; *name = its last component.
int path_open_parent(const char *path, const char **name);

// Opens a directory as O_PATH, making what is missing with this mode. *kept = length of the part that
// was there before, also on error.
int path_make(const char *path, mode_t mode, size_t *kept);

// Removes the empty directories that path_make made.
void path_unmake(const char *path, size_t kept);

// Removes a directory and what is in it, but nothing on other file systems. 0, or -1 with errno;
// what is not there is no error.
int path_remove_tree(const char *path);

#endif
