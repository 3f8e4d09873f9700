#ifndef VMFACTORY_INIT_H
#define VMFACTORY_INIT_H

// Sets the guest up, once, at its start. A step that fails is logged and skipped.

void init_mounts(void);

// Loads the modules that the image lists, in that order.
void init_modules(void);

void init_loopback(void);

#endif
