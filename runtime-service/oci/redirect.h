#ifndef VMFACTORY_REDIRECT_H
#define VMFACTORY_REDIRECT_H

#include <stdbool.h>
#include <stdint.h>

// Redirects frames between two interfaces of this process's network namespace, by the kernel's traffic control, tc(8).

// Sends each frame that arrives at one interface out through the other, in one direction. Does nothing if that is so
// already. Returns false with errno.
bool redirect_add(int netlink, int from, int to);

// Lets this process's network namespace have, of what arrives at an interface that is redirected, the answers of
// nameservers to its own queries: IPv4 from port 53 to a port that is first under the mask. It gets a copy of ARP too.
// Does nothing if that is so already. Returns false with errno.
bool redirect_spare_answers(int netlink, int from, int to, uint16_t first, uint16_t mask);

// Ends the redirection of what arrives at an interface. Has no effect if there is none.
void redirect_remove(int netlink, int from);

#endif
