#include "storage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "../background.h"
#include "../loop.h"
#include "../need.h"
#include "../problem.h"
#include "../uevent.h"
#include "storage_driver.h"

// A mounted storage. Only work on the thread (background.h) touches the list, one piece of work at a time.
struct storage {
    Grpc__Storage *asked;
    struct drive *drive; // NULL = the storage is not a drive
    struct attached attached;
    unsigned users;
    struct storage *next; // the one mounted before
};

struct mounts {
    size_t n;
    struct storage *each[];
};

// A request to mount, unmount or change storages that is in progress.
struct request {
    struct uevent_listener listener;
    struct source timer;
    size_t n;
    Grpc__Storage **all;
    struct drive **drives; // NULL = the storage is not a drive
    struct mounts *mounts; // mounted so far, or to be unmounted
    bool fine;
    struct problem problem;
    storages_done *done;
    storages_gone *gone;
    void *context;
};

static struct storage *storages;
static unsigned wait_ms = STORAGE_WAIT_MS;

void storages_wait_at_most(unsigned milliseconds) { wait_ms = milliseconds; }

static Grpc__Storage *copy(const Grpc__Storage *storage) {
    size_t size = grpc__storage__get_packed_size(storage);
    uint8_t *packed = need(malloc(size + 1));
    grpc__storage__pack(storage, packed);
    Grpc__Storage *other = need(grpc__storage__unpack(NULL, size, packed));
    free(packed);
    return other;
}

static bool are_alike(const Grpc__Storage *one, const Grpc__Storage *other) {
    size_t size = grpc__storage__get_packed_size(one);
    if (size != grpc__storage__get_packed_size(other)) return false;
    uint8_t *packed = need(malloc(2 * size + 1));
    grpc__storage__pack(one, packed);
    grpc__storage__pack(other, packed + size);
    bool alike = memcmp(packed, packed + size, size) == 0;
    free(packed);
    return alike;
}

// Puts the storage in front of the problem. Returns false.
static bool name(struct problem *problem, const Grpc__Storage *storage) {
    struct problem bare = *problem;
    return problem_set(
        problem, bare.code, "storage %.20s at %.120s: %s", storage->driver, storage->mount_point,
        bare.text);
}

static struct storage *find(const char *mount_point) {
    for (struct storage *storage = storages; storage != NULL; storage = storage->next) {
        if (strcmp(storage->asked->mount_point, mount_point) == 0) return storage;
    }
    return NULL;
}

static bool is_alone(const struct drive *drive) {
    for (struct storage *storage = storages; storage != NULL; storage = storage->next) {
        if (storage->drive != NULL && strcmp(storage->drive->node, drive->node) == 0) return false;
    }
    return true;
}

static void free_storage(struct storage *storage) {
    grpc__storage__free_unpacked(storage->asked, NULL);
    free(storage->drive);
    free(storage);
}

static struct storage *attach(
    const Grpc__Storage *asked, const struct drive *drive, struct problem *problem) {
    struct storage *storage = need(calloc(1, sizeof *storage));
    storage->asked = copy(asked);
    if (drive != NULL) {
        storage->drive = need(malloc(sizeof *drive));
        *storage->drive = *drive;
        storage->drive->alone = is_alone(drive);
    }
    if (!driver_attach(asked, storage->drive, &storage->attached, problem)) {
        free_storage(storage);
        return NULL;
    }
    storage->users = asked->shared ? 1 : 0; // the sandbox itself
    storage->next = storages;
    storages = storage;
    return storage;
}

// A storage that cannot be unmounted stays in the list.
static bool detach(struct storage *storage, bool undo, struct problem *problem) {
    struct storage **at = &storages;
    while (*at != storage) at = &(*at)->next;
    *at = storage->next;
    if (storage->drive != NULL) storage->drive->alone = is_alone(storage->drive);
    bool fine = driver_detach(storage->asked, storage->drive, &storage->attached, undo, problem)
        || name(problem, storage->asked);
    if (storage->attached.mounted) {
        storage->next = *at;
        *at = storage;
    } else {
        free_storage(storage);
    }
    return fine;
}

// Unmounts in reverse order. Reports the first problem.
static bool release(struct mounts *mounts, bool undo, struct problem *problem) {
    struct problem further;
    bool fine = true;
    while (mounts->n > 0) {
        struct storage *storage = mounts->each[--mounts->n];
        if (--storage->users > 0) continue;
        fine = detach(storage, undo, fine ? problem : &further) && fine;
    }
    return fine;
}

static bool mount_one(struct request *request, size_t i) {
    const Grpc__Storage *asked = request->all[i];
    struct storage *storage = find(asked->mount_point);
    if (storage == NULL) {
        storage = attach(asked, request->drives[i], &request->problem);
        if (storage == NULL) return name(&request->problem, asked);
    } else if (!are_alike(storage->asked, asked)) {
        problem_set(&request->problem, STATUS_ALREADY_EXISTS, "another storage is mounted there");
        return name(&request->problem, asked);
    }
    storage->users++;
    request->mounts->each[request->mounts->n++] = storage;
    return true;
}

static void mount_all(void *context) {
    struct request *request = context;
    request->fine = true;
    for (size_t i = 0; i < request->n && request->fine; i++) request->fine = mount_one(request, i);
    struct problem further;
    if (!request->fine && !release(request->mounts, true, &further)) {
        size_t length = strlen(request->problem.text);
        snprintf(
            request->problem.text + length, sizeof request->problem.text - length,
            "; an earlier storage stays mounted: %s", further.text);
    }
}

static void free_request(struct request *request) {
    for (size_t i = 0; i < request->n; i++) {
        grpc__storage__free_unpacked(request->all[i], NULL);
        free(request->drives[i]);
    }
    free(request->all);
    free(request->drives);
    free(request);
}

static void report_done(void *context) {
    struct request *request = context;
    if (request->fine) {
        request->done(request->mounts, STATUS_OK, NULL, request->context);
    } else {
        free(request->mounts);
        request->done(NULL, request->problem.code, request->problem.text, request->context);
    }
    free_request(request);
}

// Returns the first storage whose drive does not exist, or NULL.
static const Grpc__Storage *find_drives(struct request *request) {
    for (size_t i = 0; i < request->n; i++) {
        const Grpc__Storage *storage = request->all[i];
        if (request->drives[i] != NULL && !device_find(storage->source, request->drives[i]->node)) {
            return storage;
        }
    }
    return NULL;
}

static void stop_waiting(struct request *request) {
    uevent_ignore(&request->listener);
    loop_unwatch(&request->timer);
    close(request->timer.fd);
}

static void on_change(struct uevent_listener *listener) {
    struct request *request = (struct request *)listener;
    if (find_drives(request) != NULL) return;
    stop_waiting(request);
    background_run_unless_alone(mount_all, report_done, request);
}

static void on_timeout(struct source *source, uint32_t events) {
    (void)events;
    struct request *request = (struct request *)((char *)source - offsetof(struct request, timer));
    const Grpc__Storage *missing = find_drives(request);
    stop_waiting(request);
    if (missing == NULL) {
        background_run_unless_alone(mount_all, report_done, request);
        return;
    }
    problem_set(
        &request->problem, STATUS_DEADLINE_EXCEEDED, "there is no drive %.64s after %u ms",
        missing->source, wait_ms);
    request->fine = name(&request->problem, missing);
    report_done(request);
}

// Hot-plugged drives appear some time after the host has added them.
static void start_waiting(struct request *request) {
    request->listener.changed = on_change;
    request->timer.ready = on_timeout;
    request->timer.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    struct itimerspec limit = {
        .it_value = {.tv_sec = wait_ms / 1000, .tv_nsec = (long)(wait_ms % 1000) * 1000000}};
    timerfd_settime(request->timer.fd, 0, &limit, NULL);
    loop_watch(&request->timer, EPOLLIN);
    uevent_listen(&request->listener);
}

static struct request *make_request(size_t n, Grpc__Storage **all, void *context) {
    struct request *request = need(calloc(1, sizeof *request));
    request->n = n;
    request->all = need(calloc(n + 1, sizeof *request->all));
    request->drives = need(calloc(n + 1, sizeof *request->drives));
    for (size_t i = 0; i < n; i++) request->all[i] = copy(all[i]);
    request->context = context;
    return request;
}

void storages_mount(size_t n, Grpc__Storage **all, storages_done *done, void *context) {
    struct problem problem;
    for (size_t i = 0; i < n; i++) {
        if (driver_check(all[i], &problem)) continue;
        name(&problem, all[i]);
        done(NULL, problem.code, problem.text, context);
        return;
    }
    if (n == 0) {
        done(NULL, STATUS_OK, NULL, context);
        return;
    }
    struct request *request = make_request(n, all, context);
    request->done = done;
    request->mounts = need(calloc(1, sizeof *request->mounts + n * sizeof *request->mounts->each));
    for (size_t i = 0; i < n; i++) {
        if (strcmp(all[i]->driver, "blk") != 0) continue;
        request->drives[i] = need(calloc(1, sizeof **request->drives));
    }
    if (find_drives(request) == NULL) {
        background_run_unless_alone(mount_all, report_done, request);
    } else {
        start_waiting(request);
    }
}

static void unmount_all(void *context) {
    struct request *request = context;
    request->fine = release(request->mounts, false, &request->problem);
}

static void report_gone(void *context) {
    struct request *request = context;
    free(request->mounts);
    request->gone(request->fine ? NULL : request->problem.text, request->context);
    free_request(request);
}

void storages_unmount(struct mounts *mounts, storages_gone *gone, void *context) {
    if (mounts == NULL) {
        gone(NULL, context);
        return;
    }
    struct request *request = make_request(0, NULL, context);
    request->mounts = mounts;
    request->gone = gone;
    background_run(unmount_all, report_gone, request);
}

static void unmount_rest(void *context) {
    struct request *request = context;
    struct problem further;
    request->fine = true;
    for (struct storage *storage = storages, *next; storage != NULL; storage = next) {
        next = storage->next;
        struct problem *problem = request->fine ? &request->problem : &further;
        request->fine = detach(storage, false, problem) && request->fine;
    }
}

void storages_unmount_rest(storages_gone *gone, void *context) {
    struct request *request = make_request(0, NULL, context);
    request->gone = gone;
    background_run(unmount_rest, report_gone, request);
}

static bool change_one(const Grpc__Storage *wanted, struct problem *problem) {
    struct storage *storage = find(wanted->mount_point);
    bool known = storage != NULL && strcmp(storage->asked->driver, "ephemeral") == 0;
    if (!known) problem_set(problem, STATUS_NOT_FOUND, "no ephemeral storage is mounted there");
    return (known && driver_change(wanted, &storage->attached, problem)) || name(problem, wanted);
}

static void change_all(void *context) {
    struct request *request = context;
    request->fine = true;
    for (size_t i = 0; i < request->n && request->fine; i++) {
        request->fine = change_one(request->all[i], &request->problem);
    }
}

void storages_change(size_t n, Grpc__Storage **all, storages_done *done, void *context) {
    struct request *request = make_request(n, all, context);
    request->done = done;
    background_run(change_all, report_done, request);
}
