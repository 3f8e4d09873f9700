#ifndef VMFACTORY_REDIRECT_H
#define VMFACTORY_REDIRECT_H

#include <stdbool.h>

// Redirects frames between two interfaces of this process's network namespace, by the kernel's traffic control, tc(8).

// Sends each frame that arrives at one interface out through the other, in one direction. Does nothing if that is so
// already. Returns false with errno.
bool redirect_add(int netlink, int from, int to);

// Ends the redirection of what arrives at an interface. Has no effect if there is none.
void redirect_remove(int netlink, int from);

#endif
