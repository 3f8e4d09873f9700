#ifndef VMFACTORY_SHIM_ASK_H
#define VMFACTORY_SHIM_ASK_H

#include <stdbool.h>

#include "apart.h"
#include "clients.h"
#include "message.h"
#include "process.h"

// A request of containerd for a process, and how its call to the runtime service, or work apart, goes on.

struct ask {
    struct caller caller;
    char *id, *exec;
    pid_t standin; // of the process when it was asked for
    // Continues with the answer; process is NULL if it does not exist any more.
    void (*then)(struct ask *ask, struct process *process, const struct bytes *reply);
    // Undoes what was begun after a refusal, which is answered afterwards. NULL = nothing.
    void (*undo)(struct ask *ask, struct process *process);
    int success; // a refusal with this code is a success too: an earlier call had the effect; 0 = none
};

// Sets the namespace of the containers in the service.
void ask_in(const char *space);
const char *ask_space(void);

// Returns a request to the service that names the container.
struct bytes ask_request(const struct process *process);

// Makes the call, and answers its refusal. Takes ownership of the bytes of the request.
void ask_service(
    struct ask ask, struct process *process, const char *method, struct bytes *request, unsigned seconds, bool patient);

// Does work in a process of its own, and answers its failure.
void ask_apart(struct ask ask, const struct process *process, apart_work work);

// Gives up the call that makes a process; the service undoes what it has begun.
void ask_cancel(struct process *process);

#endif
