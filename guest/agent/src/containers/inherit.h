#ifndef VMFACTORY_INHERIT_H
#define VMFACTORY_INHERIT_H

#include "kata/oci.pb-c.h"

// Makes the process of an exec from a request and from the first process of its container.
struct inherited {
    Grpc__Process process;
    Grpc__User user; // what process.user points to, if the request has a user
};

// Fills in "asked", with each field that it leaves out taken from "like": user, environment, working directory,
// capabilities, limits and so on. A user that the request has without a umask takes that of "like". A field of
// proto3 is left out if it is absent, empty, zero or false. So an exec can neither lose a restriction by silence
// nor take back no_new_privileges. The arguments and the terminal are always those of the request. The result
// points into both: it lives as long as they do.
void process_inherit(struct inherited *it, const Grpc__Process *asked, const Grpc__Process *like);

#endif
