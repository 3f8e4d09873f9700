#ifndef VMFACTORY_INIT_H
#define VMFACTORY_INIT_H

// What has to be done once when the guest starts. What fails is logged and left out.

void init_mounts(void);

// Loads the modules that the image lists, in its order.
void init_modules(void);

void init_loopback(void);

#endif
