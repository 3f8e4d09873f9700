#ifndef VMFACTORY_DEVICE_H
#define VMFACTORY_DEVICE_H

#include <stdbool.h>
#include <stddef.h>

// Finds drives by name. A drive's name is "/dev/vdX" or, for a hot-plugged drive, the PCI path that Kata
// uses: the slots (hex, "SS" or "SS.F") from the root bus through bridges to the device, as in "03/00".

#define DEVICE_NODE_SIZE 64

// Returns whether a name has one of these forms.
bool device_is_name(const char *source);

// Writes the path of the drive's node. False = the drive does not exist (yet).
bool device_find(const char *source, char node[DEVICE_NODE_SIZE]);

#endif
