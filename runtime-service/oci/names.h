#ifndef VMFACTORY_NAMES_H
#define VMFACTORY_NAMES_H

#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>

// Lets the programs of a VM ask the nameservers that an engine runs on the loopback of the container's network namespace,
// such as Docker's at 127.0.0.11. The agent takes the queries; this process, which is in that namespace, asks (ADR 0066).

#define NAMES_SERVERS 3 // of a resolv.conf; resolvers use no more

// Sets the container's resolv.conf on this host, which says which nameservers may be asked. It may change.
void names_of(const char *resolv_conf);

// Takes queries from now on if resolv.conf names a nameserver on the loopback. Has no effect if it does so already.
void names_begin(void);

// Takes the answer to agent_await_query.
void names_query(int code, const uint8_t *payload, size_t length);

// For the pump: answers of nameservers.
int names_fd(void);
void names_work(void);

// Reads the nameservers on the loopback from a resolv.conf. Returns how many there are; none if it cannot be read.
unsigned names_read(const char *resolv_conf, struct in_addr servers[NAMES_SERVERS]);

#endif
