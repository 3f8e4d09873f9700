#ifndef VMFACTORY_PROCESS_H
#define VMFACTORY_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "../call.h"
#include "crun.h"
#include "../status.h"
#include "reader.h"
#include "writer.h"

#define ID_SIZE 128

struct process;
struct waiter;

// Who has a process is told what becomes of it.
struct process_owner {
    // crun has ended. error != NULL: there is no process, and the owner frees it.
    void (*made)(struct process *self, enum status code, const char *error);
    // Those who waited for it have been told; the owner may free it.
    void (*ended)(struct process *self);
};

// A process of a container: its first one, or one more that was executed in it.
struct process {
    struct crun crun;
    char id[ID_SIZE];
    enum {
        PROCESS_MAKING, // crun has not ended yet
        PROCESS_MADE, // waits to be started
        PROCESS_STARTING, // on its way to execute its program
        PROCESS_RUNS,
        PROCESS_ENDED,
    } state;
    pid_t pid; // 0 = not yet, or not any more
    int status; // once ended: 0..255, 128 + signal
    bool terminal;
    struct source launch;
    struct writer in;
    struct reader out, err; // a terminal has out alone
    struct call *starting; // answered when it runs, or does not
    struct waiter *waiters;
    const struct process_owner *owner;
    void *context; // the owner's
    struct process *next; // the owner's
};

struct process *process_new(
    const char *id, bool terminal, const struct process_owner *owner, void *context);

// crun makes it, as first process of a container of the same id, or as one more of a container. False
// with errno = it does not even try.
bool process_create(struct process *process, const char *bundle);
bool process_exec(
    struct process *process, const char *container, const char *json, size_t length);

// Answers the call when a process that was made and may go on executes its program, or why it cannot.
void process_await_program(struct process *process, struct call *call);

// Answers a WaitProcessResponse when it has ended.
void process_wait(struct process *process, struct call *call);

// Whoever waits for it is told that it is no more.
void process_free(struct process *process);

#endif
