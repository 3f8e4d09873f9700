#ifndef VMFACTORY_IDENTITY_H
#define VMFACTORY_IDENTITY_H

// Prepares the files that show the guest's ids. Called once, before the agent serves.
void identity_start(void);

#endif
