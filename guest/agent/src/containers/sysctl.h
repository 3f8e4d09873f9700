#ifndef VMFACTORY_SYSCTL_H
#define VMFACTORY_SYSCTL_H

#include <stdbool.h>

#include "../problem.h"
#include "kata/oci.pb-c.h"

// linux.sysctl: kernel parameters of the namespaces that the containers of a sandbox share. The agent lives in
// these namespaces and sets them itself, because crun refuses parameters of namespaces that it does not make.

#define SYSCTL_DOMAINNAME "kernel.domainname" // belongs to the container, as its UTS namespace does

// Returns whether this is the parameter's name, with dots or slashes.
bool sysctl_is(const char *key, const char *name);

// Refuses a parameter that belongs to no namespace. False with problem.
bool sysctl_check(const Grpc__Linux *linux_, struct problem *problem);

// Sets all parameters except SYSCTL_DOMAINNAME. False with problem: the kernel refuses one.
bool sysctl_set(const Grpc__Linux *linux_, struct problem *problem);

#endif
