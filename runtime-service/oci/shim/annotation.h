#ifndef VMFACTORY_SHIM_ANNOTATION_H
#define VMFACTORY_SHIM_ANNOTATION_H

// Returns the value of an annotation in the text of a config.json, as it is written there; NULL if it has none of that
// name.
char *annotation_in(const char *json, const char *name);

#endif
