#ifndef VMFACTORY_TRANSPORT_H
#define VMFACTORY_TRANSPORT_H

#include <stdbool.h>

#define SERIAL_PORT "org.vmfactory.agent.0"

// Serves on the virtio-serial port of that name, as soon as the device is there.
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
