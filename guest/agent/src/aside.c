#include "aside.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "loop.h"

#define STACK_SIZE (1u << 20)

struct piece {
    void (*work)(void *context);
    void (*done)(void *context);
    void *context;
    struct piece *next;
};

static struct piece *pieces; // the first one is under way
static struct source finished; // a pipe; a byte = the first one is done
static int finish;

static void *run(void *argument) {
    struct piece *piece = argument;
    piece->work(piece->context);
    while (write(finish, "", 1) != 1) continue;
    return NULL;
}

// Without a thread the loop has to do it.
static void start(struct piece *piece) {
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    if (pthread_create(&thread, &attributes, run, piece) != 0) run(piece);
    pthread_attr_destroy(&attributes);
}

static void on_finished(struct source *source, uint32_t events) {
    (void)events;
    char byte;
    if (read(source->fd, &byte, 1) != 1) return;
    struct piece *piece = pieces;
    pieces = piece->next;
    if (pieces != NULL) start(pieces);
    piece->done(piece->context);
    free(piece);
}

static void open_pipe(void) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) abort();
    finish = ends[1];
    finished = (struct source){.fd = ends[0], .ready = on_finished};
    loop_watch(&finished, EPOLLIN);
}

void aside(void (*work)(void *), void (*done)(void *), void *context) {
    if (finished.ready == NULL) open_pipe();
    struct piece *piece = malloc(sizeof *piece);
    if (piece == NULL) abort();
    *piece = (struct piece){.work = work, .done = done, .context = context};
    struct piece **end = &pieces;
    while (*end != NULL) end = &(*end)->next;
    *end = piece;
    if (pieces == piece) start(piece);
}
