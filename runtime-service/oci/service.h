#ifndef VMFACTORY_SERVICE_H
#define VMFACTORY_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"

// Calls of vmfactory.runtime.v1 to the runtime service.

// gRPC's code for "there is no such container".
#define NOT_FOUND 5

#define SERVICE "vmfactory.runtime.v1.Runtime"

// Without the text of errno: podman takes "no such file" for a missing command.
#define SERVICE_NOT_RUNNING \
    "the runtime service is not running: no process listens on %s; start it with `vmfactory runtime serve`"

// More than the ports of an agent.
#define PORTS_MOST 8

// A container as the service describes it; see runtime.proto.
struct container {
    char *id;
    int state;
    int stand_in;
    int exit_status;
    bool terminal;
    char *bundle;
    char *network; // the path of its network namespace; empty = a new one
    bool shares_vm; // that is the namespace of another container, whose VM it shares
    int64_t created_millis;
    char *resolv_conf; // its file on this host; NULL = none
    struct bytes hooks; // a message with its hooks of the host, for hooks_run()
    char *ports[PORTS_MOST];
    unsigned port_count;
};

void container_free(struct container *container);

enum state { CREATED = 1, RUNNING = 2, STOPPED = 3, PAUSED = 4 };

// Returns the path of the service's socket for programs in C.
const char *service_socket(void);

// Asks systemd to start the service, if its wake-up socket is there: the one beside the service's, at which systemd
// listens. Returns false if there is none.
bool service_ring(void);

// Makes one call and waits for its answer. Returns the code; the answer's payload, or the message of the refusal, is in
// reply. Ends the process if the service cannot be reached.
int service_call(const char *method, const struct bytes *request, unsigned seconds, struct bytes *reply);

// Makes a call that must succeed. Ends the process with the message of the service if it does not.
struct bytes service_must(const char *method, const struct bytes *request, unsigned seconds);

// Makes a ttRPC call over a connection, and closes it. Returns -1 if it ends or times out.
int ttrpc_call(
    int fd, const char *service, const char *method, const struct bytes *request, unsigned seconds, struct bytes *reply);

// Like service_call(), over a connection, which it closes. Returns -1 if the connection ends or times out.
int service_try(int fd, const char *method, const struct bytes *request, unsigned seconds, struct bytes *reply);

// Returns 16 random characters.
char *random_text(void);

// Begins a request with the two fields that name a container.
struct bytes request_for(const char *space, const char *id);

// Reads a Container.
struct container container_of(const uint8_t *bytes, size_t length);

// Reads the Container in field 1 of an answer. Returns false if there is none.
bool container_read(const struct bytes *reply, struct container *container);

// Reads the agent's ports in an answer to ExecProcess. Returns how many there are.
unsigned ports_in(const struct bytes *reply, char *ports[PORTS_MOST]);

// Like container_read(). Ends this process if there is none.
struct container container_in(const struct bytes *reply);

#endif
