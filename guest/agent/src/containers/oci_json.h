#ifndef VMFACTORY_OCI_JSON_H
#define VMFACTORY_OCI_JSON_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

// Writes a message of oci.proto as JSON of the OCI runtime specification: a Spec becomes config.json.
// proto3 does not distinguish 0, false, "" and an empty list from "not set". The JSON leaves such fields
// out, except where zero is a value: ids, device numbers, hard and soft limits, "allow"; and it always has
// "mounts". In a rule for devices, -1 or a major number of 0 means any device.
//
// The personality of a container is LINUX: so its addresses are random, although the agent's are fixed.
//
// The text ends with NUL, which length does not count. The caller frees it. NULL = a string in the message
// is not UTF-8.
char *oci_json(const ProtobufCMessage *message, size_t *length);

#endif
