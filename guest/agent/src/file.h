#ifndef VMFACTORY_FILE_H
#define VMFACTORY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// Small files of the kernel and of /etc and /run, named by absolute path.

// Looks every path up beneath this directory from now on; tests put a made-up /sys there.
void file_set_root(const char *directory);

// The descriptor, or -1 with errno.
int file_open(const char *path, int flags);

// Reads at most size - 1 bytes, ends them with NUL, cuts trailing white space.
// Returns the length, or -1 with errno.
ssize_t file_read(const char *path, char *text, size_t size);

// Replaces the content, creating the file when it is missing, and maps it for good: what is written
// into the memory (not more than there is) is in the file at once. NULL with errno = it cannot.
char *file_map(const char *path, const char *text);

// Writes to a file that must exist: an attribute of the kernel. Returns 0, or -1 with errno.
int file_set(const char *path, const char *text);

// Calls visit with each entry of a directory except "." and ".."; false when it cannot be read.
bool file_list(const char *directory, void (*visit)(const char *name, void *context), void *context);

#endif
