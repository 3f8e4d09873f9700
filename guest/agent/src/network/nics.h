#ifndef VMFACTORY_NICS_H
#define VMFACTORY_NICS_H

#include <stdint.h>

#include "address.h"

// The NIC slots of this guest: interfaces that the VMM gave an address of its own, which all clones of a template
// have (nic_slots). The last byte of that address is the number of the slot.

#define MAC_PREFIX (MAC_SIZE - 1)

// Finds the slots. Called once, before the agent serves.
void nics_start(void);

// Gives each slot an address: the prefix, then the number of the slot. Returns 0, or -1 with errno and the number of
// the slot that failed.
int nics_set_addresses(const uint8_t prefix[MAC_PREFIX], unsigned *failed);

#endif
