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

// Turns the agent's loop until a response is there, at most 10 s. The caller frees it.
Ttrpc__Response *host_receive(int fd, uint32_t *stream);

// Calls and returns the answer.
Ttrpc__Response *host_call(
    int fd, const char *service, const char *method, const ProtobufCMessage *payload);

// The gRPC code of an answer, which is freed.
int host_code(Ttrpc__Response *response);

// Opens a channel on one end of a socket pair and returns the other.
int host_connect(void);

// Runs a suite in a child of ours with a loop, mounts, an empty /run, a host name and a network of its
// own, so that nothing it does concerns this host.
void host_apart(void (*suite)(void));

// Lets the agent handle whatever is pending.
void host_settle(void);

#endif
