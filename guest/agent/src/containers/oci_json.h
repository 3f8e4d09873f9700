#ifndef VMFACTORY_OCI_JSON_H
#define VMFACTORY_OCI_JSON_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

// Any message of oci.proto as the JSON of the OCI runtime specification: a Spec becomes config.json.
// What proto3 cannot tell from "not set" (0, false, "", an empty list) is left out, except where zero
// is a value of its own: ids, device numbers, hard and soft limits, "allow". In a rule for devices,
// -1 or a major of 0 is any device.
//
// A container's personality is LINUX, so that its addresses are random whatever the agent's are.
//
// The text ends with NUL, which length does not count; the caller frees it. NULL = a string in the
// message is no UTF-8.
char *oci_json(const ProtobufCMessage *message, size_t *length);

#endif
