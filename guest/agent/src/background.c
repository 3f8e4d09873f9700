#include "background.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "call.h"
#include "log.h"
#include "loop.h"
#include "need.h"

#define STACK_SIZE (1u << 20)

struct piece {
    void (*work)(void *context);
    void (*done)(void *context);
    void *context;
    struct piece *next;
};

// A queue of pieces of work, the oldest first. The event counts them.
struct queue {
    int event;
    struct piece *first, **end;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // protects both queues
static struct queue asked, worked;
static struct source finished;
static unsigned under_way;

static void open_queue(struct queue *queue) {
    queue->event = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE);
    queue->end = &queue->first;
    if (queue->event < 0) abort();
}

static void put(struct queue *queue, struct piece *piece) {
    piece->next = NULL;
    pthread_mutex_lock(&lock);
    *queue->end = piece;
    queue->end = &piece->next;
    pthread_mutex_unlock(&lock);
    eventfd_write(queue->event, 1);
}

static struct piece *take(struct queue *queue) {
    eventfd_t one;
    while (eventfd_read(queue->event, &one) < 0) continue;
    pthread_mutex_lock(&lock);
    struct piece *piece = queue->first;
    queue->first = piece->next;
    if (queue->first == NULL) queue->end = &queue->first;
    pthread_mutex_unlock(&lock);
    return piece;
}

static void *run(void *unused) {
    (void)unused;
    for (;;) {
        struct piece *piece = take(&asked);
        piece->work(piece->context);
        put(&worked, piece);
    }
    return NULL;
}

static void on_finished(struct source *source, uint32_t events) {
    (void)source, (void)events;
    struct piece *piece = take(&worked);
    under_way--;
    piece->done(piece->context);
    free(piece);
}

void background_start(void) {
    pthread_attr_t attributes;
    pthread_t thread;
    open_queue(&asked);
    open_queue(&worked);
    finished = (struct source){.fd = worked.event, .ready = on_finished};
    loop_watch(&finished, EPOLLIN);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    int error = pthread_create(&thread, &attributes, run, NULL);
    pthread_attr_destroy(&attributes);
    if (error == 0) return;
    log_error("cannot start the background thread: %s", strerror(error));
    abort();
}

void background_run(void (*work)(void *), void (*done)(void *), void *context) {
    if (finished.ready == NULL) background_start();
    struct piece *piece = need(malloc(sizeof *piece));
    *piece = (struct piece){.work = work, .done = done, .context = context};
    under_way++;
    put(&asked, piece);
}

void background_run_unless_alone(void (*work)(void *), void (*done)(void *), void *context) {
    if (under_way > 0 || calls_open() > 1) {
        background_run(work, done, context);
    } else {
        work(context);
        done(context);
    }
}
