#ifndef VMFACTORY_RANDOM_H
#define VMFACTORY_RANDOM_H

// Opens /dev/random. Called once, before the agent serves.
void random_start(void);

#endif
