#ifndef VMFACTORY_LOOP_H
#define VMFACTORY_LOOP_H

#include <stdint.h>

// The agent's one event loop. All code runs on it and none of it blocks. Work that takes long runs in a
// child process or on a thread (background.h). A call that waits is kept and answered from a later event.

struct source {
    int fd;
    void (*ready)(struct source *self, uint32_t events);
};

void loop_start(void);

// Watches a source for epoll events. The caller keeps the source alive until loop_unwatch.
void loop_watch(struct source *source, uint32_t events);
void loop_unwatch(struct source *source);

// Waits for one event and handles it. -1 = waits without a limit. Returns 0 if the time ran out.
int loop_turn(int timeout_ms);

#endif
