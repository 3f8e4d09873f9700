#ifndef VMFACTORY_OPTIONS_H
#define VMFACTORY_OPTIONS_H

#include <stdbool.h>

// The options of a command line: long ones as "--name value" or "--name=value", and single letters.

struct option_of {
    const char *name;   // without the dashes
    char letter;        // 0 = none
    const char **value; // gets the value; NULL if the option has none
    bool *given;        // set when the option is there; may be NULL
    struct values *all; // gets every value of an option that may be repeated; NULL for others
};

#define VALUES_MOST 256

struct values {
    const char *at[VALUES_MOST];
    unsigned count;
};

// Reads the options at the beginning of the arguments, and returns how many arguments they are. Ends the process if
// one is not known. The options end before the first other word, or after "--".
int options_read(char **arguments, const struct option_of *options);

#endif
