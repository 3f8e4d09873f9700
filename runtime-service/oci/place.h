#ifndef VMFACTORY_PLACE_H
#define VMFACTORY_PLACE_H

#include <limits.h>
#include <stdbool.h>

// Finds the runtime service's socket for command lines. It only looks into the configuration for two keys; the service
// compares its whole configuration with that of the command line, so a wrong guess costs time and nothing else.

// Writes the path of the socket that the command line means. Returns false if that is not clear.
bool place_of_socket(char **words, char path[PATH_MAX]);

#endif
