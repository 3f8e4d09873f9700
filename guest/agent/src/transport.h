#ifndef VMFACTORY_TRANSPORT_H
#define VMFACTORY_TRANSPORT_H

#include <stdbool.h>

// Names of the agent's virtio-serial ports but for their number. Each takes one host at a time, so a
// guest has several.
#define SERIAL_PORT "org.vmfactory.agent."
#define SERIAL_PORTS 4

// Serves on those that are there, and on each further one as soon as it is.
void serial_start(void);

// Serves on vsock when the kernel command line says agent.server_addr=vsock://CID:PORT.
void vsock_start(const char *kernel_command_line);

struct vsock_address {
    unsigned cid;
    unsigned port;
};

// Finds agent.server_addr in a kernel command line. False = not there, or not vsock.
bool vsock_address_parse(const char *kernel_command_line, struct vsock_address *address);

#endif
