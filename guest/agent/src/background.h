#ifndef VMFACTORY_BACKGROUND_H
#define VMFACTORY_BACKGROUND_H

// Runs work that may take long (to replay a journal, to write gigabytes back) on one thread beside the
// event loop. The thread does one piece of work after the other, in the order of the calls.

// Starts the thread. Without this call the first piece of work starts it, which costs a clone about 20 ms.
void background_start(void);

// Runs work on the thread, then done on the loop. Work may touch only its context and data that nothing but
// such work touches.
void background_run(void (*work)(void *context), void (*done)(void *context), void *context);

// Does the same, but runs work on the loop, at once, if no other call waits for an answer. The first use
// of the thread costs a clone 2000 blocks of translated code: a seventh of the cost of mounting a drive.
void background_run_unless_alone(
    void (*work)(void *context), void (*done)(void *context), void *context);

#endif
