#ifndef VMFACTORY_TEST_HOST_H
#define VMFACTORY_TEST_HOST_H

#include <stddef.h>
#include <stdint.h>

#include "kata/ttrpc.pb-c.h"

// The host's end of a channel.

#define CHECK_METHOD "grpc.Health", "Check"

// Writes a request frame into bytes (room for 4096) and returns its length.
size_t host_request(
    uint8_t *bytes, uint32_t stream, const char *service, const char *method,
    const ProtobufCMessage *payload);

void host_send(int fd, const uint8_t *bytes, size_t length);

// Runs the agent's loop until a response arrives, at most 10 s. The caller frees it.
Ttrpc__Response *host_receive(int fd, uint32_t *stream);

// Calls a method and returns the answer. The caller frees it.
Ttrpc__Response *host_call(
    int fd, const char *service, const char *method, const ProtobufCMessage *payload);

// Returns the gRPC code of an answer and frees it.
int host_code(Ttrpc__Response *response);

// Opens a channel on one end of a socket pair and returns the other.
int host_connect(void);

// Runs a suite in a child process with a loop, mounts, an empty /run, a host name and a network of its own,
// so that it changes nothing on this host.
void host_apart(void (*suite)(void));

// Lets the agent handle all pending events.
void host_settle(void);

#endif
