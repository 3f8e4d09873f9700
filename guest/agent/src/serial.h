#ifndef VMFACTORY_SERIAL_H
#define VMFACTORY_SERIAL_H

// The agent's virtio-serial ports are named by this prefix and a number. A port takes one host at a
// time, so a guest has several. The last one belongs to the daemon: no client reaches it.
#define SERIAL_PORT "org.vmfactory.agent."
#define SERIAL_PORTS 5

// Serves on each port that exists, and on each other one when it appears.
void serial_start(void);

#endif
