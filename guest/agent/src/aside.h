#ifndef VMFACTORY_ASIDE_H
#define VMFACTORY_ASIDE_H

// Work that may take long (a journal to replay, gigabytes to write back) is done by a thread beside
// the loop, one piece after the other in the order of asking. It may touch only its context and what
// nobody but such work touches. Done runs on the loop.
void aside(void (*work)(void *context), void (*done)(void *context), void *context);

#endif
