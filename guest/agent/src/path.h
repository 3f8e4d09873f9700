#ifndef VMFACTORY_PATH_H
#define VMFACTORY_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// Opens, makes and removes paths that requests name. They lie below /run, but not in the folders of the
// agent and of crun. No function follows a symbolic link: root in a container may have made it.

// Returns whether a request may name the path: absolute, canonical (no "//", ".", ".."), below /run.
bool path_allowed(const char *path);

// Opens an existing path. Returns -1 with errno on failure (ELOOP = the path has a link).
int path_open(const char *path, int flags);

// Opens the parent directory as O_PATH. Sets *name to the last component of the path.
int path_open_parent(const char *path, const char **name);

// Opens a directory as O_PATH and makes its missing components with this mode. Sets *kept to the length
// of the part that existed before, also on error.
int path_make(const char *path, mode_t mode, size_t *kept);

// Removes the empty directories that path_make made.
void path_unmake(const char *path, size_t kept);

// Removes a directory with its content, but nothing on other file systems. Returns 0, also if the
// directory does not exist, or -1 with errno.
int path_remove_tree(const char *path);

#endif
