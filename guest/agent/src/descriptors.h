#ifndef VMFACTORY_DESCRIPTORS_H
#define VMFACTORY_DESCRIPTORS_H

// The agent has three descriptors open for each process whose streams the host may read, so it needs more than a
// program may open by default. Its children keep the default.

// Allows this process many descriptors.
void descriptors_allow_many(void);

// Sets the default while a child is made, which inherits it.
void descriptors_allow_usual(void);

#endif
