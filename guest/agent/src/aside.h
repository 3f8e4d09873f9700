#ifndef VMFACTORY_ASIDE_H
#define VMFACTORY_ASIDE_H

// Work that may take long (a journal to replay, gigabytes to write back) is done by a thread beside
// the loop, one piece after the other in the order of asking.

// Starts the thread, which the first piece would do else: in a clone that would cost some 20 ms.
void aside_start(void);

// Work may touch only its context and what nobody but such work touches. Done runs on the loop.
void aside(void (*work)(void *context), void (*done)(void *context), void *context);

// The same, but done on the loop, at once, when nobody else waits for an answer: going to the thread
// and back for the first time costs a clone 2000 blocks of translated code, a seventh of mounting a
// drive.
void aside_unless_alone(
    void (*work)(void *context), void (*done)(void *context), void *context);

#endif
