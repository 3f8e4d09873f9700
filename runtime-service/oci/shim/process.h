#ifndef VMFACTORY_SHIM_PROCESS_H
#define VMFACTORY_SHIM_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "clients.h"
#include "loop.h"
#include "message.h"
#include "service.h"
#include "standin.h"
#include "streams.h"

// The processes that a keeper keeps: the first one of each container, and those that Exec has added. The keeper is the
// parent of their stand-ins, so it knows how they end without asking.

enum phase { CREATED_PHASE = 1, RUNNING_PHASE = 2, STOPPED_PHASE = 3, PAUSED_PHASE = 4 }; // containerd.v1.types.Status

struct waiter {
    struct caller caller;
    struct waiter *next;
};

struct process {
    struct source control; // of its stand-in; the first member
    char *id, *exec; // the container, and the process in it: "" = the first one
    char *guest_id; // of the process in the guest
    char *bundle;
    struct stream_names streams;
    struct bytes spec; // of a process that was added and has not started
    enum phase phase;
    bool making; // CreateContainer is not answered: no request finds it
    bool busy; // a call is not answered that its end must not overtake
    bool ended; // its stand-in has ended
    bool networked; // it is in a network namespace of which its VM gets the interfaces
    bool posted; // its stand-in has its post, and takes orders
    bool input_closed; // ordered before that
    unsigned rows, columns; // ordered before that; 0 = not ordered
    void *asking; // the call that makes it
    struct standin standin; // pid = 0: not started
    int64_t kill_by; // when its stand-in is killed if SIGKILL does not end it; 0 = never
    int exit_status;
    struct timespec exited_at;
    struct waiter *waiters;
    struct process *next;
};

// Returns a process; NULL if there is none, or if it is being made.
struct process *process_find(const char *id, const char *exec);

// Returns a process in any phase, by the pid of its stand-in.
struct process *process_of(pid_t standin);

// Returns a process that is there or is being made.
struct process *process_any(const char *id, const char *exec);

bool process_none(void);

// Adds a process. Takes ownership of the strings.
struct process *process_add(char *id, char *exec);

// Removes a process, and if it is the first one of its container those that were added to it.
void process_remove(struct process *process);

// Starts its stand-in. Returns false with the reason if that fails.
bool process_stand(struct process *process, struct bytes *why);

// Gives its stand-in its post. Returns NULL when it is there, or why it cannot be; then it has ended.
//   container  the service's description of the container, or for an added process only the ports
const char *process_post(struct process *process, const struct container *container);

// Orders to its stand-in. If it has no post yet, it gets them then.
void process_close_input(struct process *process);
void process_resize(struct process *process, unsigned rows, unsigned columns);

// Ends its stand-in, and lets no end be reported.
void process_drop(struct process *process);

// Records how its stand-in has ended, and reports it unless a call comes first.
void process_ended(struct process *process, int status);

// Answers the caller when it has ended.
void process_await(struct process *process, struct caller caller);

// Reports its end if it has ended. Called when the call that came first is answered.
void process_report(struct process *process);

// Returns how long the loop may wait, in milliseconds; -1 = without a limit. Kills stand-ins whose time is over.
int process_limit(void);

// Messages of containerd.task.v2.
void put_exit(struct bytes *answer, const struct process *process, unsigned first_field);
struct bytes process_state(const struct process *process);
struct bytes process_pids(const char *id);

#endif
