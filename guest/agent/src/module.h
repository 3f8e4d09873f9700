#ifndef VMFACTORY_MODULE_H
#define VMFACTORY_MODULE_H

// Loads kernel modules of the image.

// Loads a module by the name of its file without ".ko". Does nothing if it is loaded or built in.
// Returns 0, or -1 with errno (ENOENT: the image has no such module).
int module_load(const char *name, const char *parameters);

#endif
