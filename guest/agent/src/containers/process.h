#ifndef VMFACTORY_PROCESS_H
#define VMFACTORY_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "../call.h"
#include "crun.h"
#include "failure.h"
#include "held.h"
#include "launch.h"
#include "reader.h"
#include "kata/oci.pb-c.h"
#include "writer.h"

#define ID_SIZE 128

struct process;
struct waiter;

// The code that created a process and learns what becomes of it.
struct process_owner {
    // crun has ended, and a launcher waits. error != NULL: the process does not exist, and the owner calls process_free.
    void (*made)(struct process *self, enum status code, const char *error);
    // The process has ended and its waiting calls are answered. The owner may free it.
    void (*ended)(struct process *self);
};

// A process of a container: the first one, or one that ExecProcess started.
struct process {
    struct crun crun;
    char id[ID_SIZE];
    enum {
        PROCESS_MAKING, // crun has not ended yet
        PROCESS_SETTLING, // its launcher does not wait yet
        PROCESS_MADE, // waits for its start
        PROCESS_STARTING, // has not executed its program yet
        PROCESS_RUNS,
        PROCESS_ENDED,
    } state;
    pid_t pid; // 0 = there is none yet, or the process has ended
    int status; // set when it has ended: 0 to 255, or 128 + signal
    bool terminal;
    char *program; // as it was asked for
    struct launch launch;
    struct source report; // of a launcher
    struct held held;
    Grpc__Process *launched; // what the launcher of an ExecProcess becomes as soon as it waits; NULL = no such launcher
    struct writer in;
    struct reader out, err; // a terminal has only out
    struct call *starting; // answered when the program runs or has failed to; NULL = none
    struct waiter *waiters;
    const struct process_owner *owner;
    void *context; // the owner's
    struct process *next; // the owner's
};

struct process *process_new(
    const char *id, const Grpc__Process *asked, const struct process_owner *owner, void *context);

// Start crun, which makes the process: the first one of a container with the same id, or another one of a
// container. False with errno = crun did not start.
bool process_create(struct process *process, const char *bundle);
bool process_exec(
    struct process *process, const char *container, const char *json, size_t length);

// Lets a created process execute its program; a launcher executes the one described. False with errno.
bool process_begin(struct process *process, const Grpc__Process *described);

// Answers the call when the process has executed its program, or with the reason why it cannot.
void process_await_program(struct process *process, struct call *call);

// Answers a WaitProcessResponse when the process has ended.
void process_wait(struct process *process, struct call *call);

// Closes the streams, answers the calls that wait for them, and frees the process.
void process_free(struct process *process);

#endif
