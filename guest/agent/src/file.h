#ifndef VMFACTORY_FILE_H
#define VMFACTORY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// Reads and writes small files (of the kernel, /etc, /run) by absolute path.

// Looks up every later path below this directory. Tests put a made-up /sys there.
void file_set_root(const char *directory);

// Returns the descriptor, or -1 with errno.
int file_open(const char *path, int flags);

// Reads at most size - 1 bytes, removes trailing white space and adds NUL.
// Returns the length, or -1 with errno.
ssize_t file_read(const char *path, char *text, size_t size);

// Replaces the content, creates the file if it is missing, and maps it for good. Bytes that the caller
// writes into the mapping (no more than the text has) are in the file at once. NULL with errno = failed.
char *file_map(const char *path, const char *text);

// Writes to a file that exists: an attribute of the kernel. Returns 0, or -1 with errno.
int file_set(const char *path, const char *text);

// Calls visit with each entry of a directory except "." and "..". False = the directory is not readable.
bool file_list(const char *directory, void (*visit)(const char *name, void *context), void *context);

#endif
