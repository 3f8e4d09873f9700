#ifndef VMFACTORY_DEVICE_H
#define VMFACTORY_DEVICE_H

#include <stdbool.h>
#include <stddef.h>

// How a drive is named: "/dev/vdX", or as Kata names a hot-plugged one, by its PCI path: the slots
// (hex, "SS" or "SS.F") from the root bus through bridges to the device, "03/00".

#define DEVICE_NODE_SIZE 64

bool device_is_name(const char *source);

// Writes the path of its node. False = it is not there, or not yet.
bool device_find(const char *source, char node[DEVICE_NODE_SIZE]);

#endif
