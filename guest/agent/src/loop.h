#ifndef VMFACTORY_LOOP_H
#define VMFACTORY_LOOP_H

#include <stdint.h>

// The agent's one event loop: everything happens on it, nothing in it blocks. Work that takes time
// goes to a child process; a call that waits is kept and answered from a later event.

struct source {
    int fd;
    void (*ready)(struct source *self, uint32_t events);
};

void loop_start(void);

// Watches a source for epoll events; the caller keeps it alive until loop_unwatch.
void loop_watch(struct source *source, uint32_t events);
void loop_unwatch(struct source *source);

// Waits for one event and handles it; -1 = as long as it takes. Returns 0 when the time ran out.
int loop_turn(int timeout_ms);

#endif
