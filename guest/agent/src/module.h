#ifndef VMFACTORY_MODULE_H
#define VMFACTORY_MODULE_H

// Kernel modules of the image.

// Loads one, by the name of its file without ".ko"; one that is loaded or built in is fine.
// 0, or -1 with errno (ENOENT: the image has none of that name).
int module_load(const char *name, const char *parameters);

#endif
