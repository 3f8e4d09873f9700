#ifndef VMFACTORY_PLACE_H
#define VMFACTORY_PLACE_H

// Finds the runtime service's socket for command lines. It only looks into the configuration for two keys; the service
// compares its whole configuration with that of the command line, so a wrong guess costs time and nothing else.

// Returns the path of the socket that the command line means, or NULL if that is not clear.
char *place_of_socket(char **words);

#endif
