#ifndef VMFACTORY_VSOCK_H
#define VMFACTORY_VSOCK_H

#include <stdbool.h>

// Serves on vsock if the kernel command line has agent.server_addr=vsock://CID:PORT.
void vsock_start(const char *kernel_command_line);

struct vsock_address {
    unsigned cid; // -1 in the command line = VMADDR_CID_ANY
    unsigned port;
};

// Finds agent.server_addr in a kernel command line. False = it is absent or names no vsock address.
bool vsock_address_parse(const char *kernel_command_line, struct vsock_address *address);

#endif
