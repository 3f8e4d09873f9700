#include "creation.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "events.h"
#include "rootfs.h"
#include "service.h"
#include "status.h"

// A VM is started, perhaps from nothing, and a root file system made into an image.
#define CREATE_SECONDS 600
#define SECONDS 60
#define NAME_MOST 76

// What Create and Exec ask for: they have the same fields at different numbers.
struct wanted {
    char *id, *second; // the second one is the bundle, or the process
    struct stream_names streams;
    struct bytes mounts; // the fields of the root file system, as TaskCreate has them
    struct bytes spec;
    bool checkpoint;
};

static void take_text(char **to, const struct field *field) {
    free(*to);
    *to = text_of(field->bytes, field->length);
}

static struct wanted wanted_of(void) {
    struct wanted wanted = {.id = text_of(NULL, 0), .second = text_of(NULL, 0)};
    for (int i = 0; i < 3; i++) wanted.streams.name[i] = text_of(NULL, 0);
    return wanted;
}

static void discard(struct wanted *wanted) {
    free(wanted->id);
    free(wanted->second);
    for (int i = 0; i < 3; i++) free(wanted->streams.name[i]);
    free(wanted->mounts.at);
    free(wanted->spec.at);
}

// Returns whether a name is safe as the name of a file.
static bool is_name(const char *text) {
    size_t length = strlen(text);
    bool sound = length >= 1 && length <= NAME_MOST && isalnum((unsigned char)*text);
    for (const char *c = text; *c != '\0'; c++) sound = sound && (isalnum((unsigned char)*c) || strchr("_.-", *c) != NULL);
    return sound;
}

static void refuse_name(struct caller caller, const char *what, const char *name) {
    client_refuse(caller, STATUS_INVALID_ARGUMENT,
                  "%s \"%.100s\": it must have 1 to 76 letters, digits, '_', '.' and '-', and the first must be a letter"
                  " or digit", what, name);
}

// --- Create

static struct wanted read_create(const uint8_t *payload, size_t length) {
    struct wanted wanted = wanted_of();
    struct reader reader = reader_of(payload, length);
    struct field field;
    while (next_field(&reader, &field)) {
        switch (field.number) {
        case 1: take_text(&wanted.id, &field); break;
        case 2: take_text(&wanted.second, &field); break;
        case 3: put_bytes(&wanted.mounts, 3, field.bytes, field.length); break;
        case 4: wanted.streams.terminal = field.value != 0; break;
        case 5: case 6: case 7: take_text(&wanted.streams.name[field.number - 5], &field); break;
        case 8: wanted.checkpoint = field.length > 0; break;
        }
    }
    return wanted;
}

static bool mount_all(const struct wanted *wanted, struct bytes *why) {
    struct reader reader = reader_of(wanted->mounts.at, wanted->mounts.length);
    struct field mount;
    for (unsigned number = 0; next_field(&reader, &mount); number++) {
        if (!rootfs_mount(wanted->second, &mount, number, why)) return false;
    }
    return true;
}

static void publish_create(const struct process *process) {
    struct bytes event = {0}, io = {0};
    for (unsigned i = 0; i < 3; i++) put_text(&io, 1 + i, process->streams.name[i]);
    put_number(&io, 4, process->streams.terminal);
    put_text(&event, 1, process->id);
    put_text(&event, 2, process->bundle);
    bytes_add(&event, process->spec.at, process->spec.length);
    put_message(&event, 4, &io);
    put_number(&event, 6, (uint64_t)process->standin.pid);
    events_publish("/tasks/create", "TaskCreate", &event);
    free(event.at);
    free(io.at);
}

static void answer_pid(struct caller caller, const struct process *process) {
    struct bytes reply = {0};
    put_number(&reply, 1, (uint64_t)process->standin.pid);
    client_answer(caller, &reply);
    free(reply.at);
}

static void not_created(struct ask *ask, struct process *process) {
    (void)ask;
    if (process == NULL) return;
    rootfs_unmount(process->bundle);
    process_drop(process);
    process_remove(process);
}

static void taken_back(struct ask *ask, struct process *process, const struct bytes *reply) {
    (void)ask;
    (void)process;
    (void)reply;
}

// The service has made it, but it cannot have a stand-in.
static void take_back(struct ask *ask, struct process *process, const char *why) {
    struct bytes request = ask_request(process);
    put_number(&request, 3, true);
    client_refuse(ask->caller, STATUS_FAILED_PRECONDITION, "%s", why);
    ask_service((struct ask){.then = taken_back}, process, "DeleteContainer", &request, SECONDS, true);
    not_created(ask, process);
}

static void created(struct ask *ask, struct process *process, const struct bytes *reply) {
    struct container container = {0};
    if (process == NULL) return;
    if (!container_read(reply, &container)) dprintf(2, "vmfactory: the runtime service sent no container\n");
    const char *failure = process_post(process, &container);
    container_free(&container);
    if (failure != NULL) {
        take_back(ask, process, failure);
        return;
    }
    rootfs_unmount(process->bundle);
    process->making = process->busy = false;
    publish_create(process);
    answer_pid(ask->caller, process);
    process_report(process);
}

static void ask_create(struct caller caller, struct process *process) {
    struct bytes request = ask_request(process), bundle = {0};
    char *random = random_text();
    put_text(&request, 3, random);
    put_text(&bundle, 1, process->bundle);
    put_number(&bundle, 2, (uint64_t)process->standin.pid);
    put_number(&bundle, 3, (uint64_t)getpid());
    put_message(&request, 14, &bundle);
    free(random);
    free(bundle.at);
    ask_service((struct ask){.caller = caller, .then = created, .undo = not_created}, process, "CreateContainer", &request,
                CREATE_SECONDS, false);
}

static struct process *take(struct wanted *wanted, char *exec) {
    struct process *process = process_add(wanted->id, exec);
    process->streams = wanted->streams;
    *wanted = wanted_of();
    return process;
}

static void begin_create(struct caller caller, struct wanted *wanted) {
    struct bytes why = {0}, mounts = wanted->mounts;
    if (!mount_all(wanted, &why)) {
        rootfs_unmount(wanted->second);
        client_refuse(caller, STATUS_INVALID_ARGUMENT, "%.*s", (int)why.length, (const char *)why.at);
        free(why.at);
        return;
    }
    wanted->mounts = (struct bytes){0};
    char *bundle = wanted->second;
    struct process *process = take(wanted, text_of(NULL, 0));
    process->bundle = bundle;
    process->guest_id = text_of((const uint8_t *)process->id, strlen(process->id));
    process->spec = mounts;
    process->making = process->busy = true;
    if (process_stand(process, &why)) {
        ask_create(caller, process);
    } else {
        rootfs_unmount(process->bundle);
        process_remove(process);
        client_refuse(caller, STATUS_INVALID_ARGUMENT, "%.*s", (int)why.length, (const char *)why.at);
    }
    free(why.at);
}

void creation_create(struct caller caller, const uint8_t *payload, size_t length) {
    struct wanted wanted = read_create(payload, length);
    if (!is_name(wanted.id)) {
        refuse_name(caller, "id", wanted.id);
    } else if (*wanted.second != '/') {
        client_refuse(caller, STATUS_INVALID_ARGUMENT, "bundle: it must be an absolute path");
    } else if (process_any(wanted.id, "") != NULL) {
        client_refuse(caller, STATUS_ALREADY_EXISTS, "container %s already exists", wanted.id);
    } else if (wanted.checkpoint) {
        client_refuse(caller, STATUS_UNIMPLEMENTED, "checkpoint: a VM has no checkpoints");
    } else {
        begin_create(caller, &wanted);
    }
    discard(&wanted);
}

// --- Exec

static void take_spec(struct wanted *wanted, const struct field *any) {
    struct reader reader = reader_of(any->bytes, any->length);
    struct field field;
    while (next_field(&reader, &field)) {
        if (field.number == 2) bytes_add(&wanted->spec, field.bytes, field.length);
    }
}

static struct wanted read_exec(const uint8_t *payload, size_t length) {
    struct wanted wanted = wanted_of();
    struct reader reader = reader_of(payload, length);
    struct field field;
    while (next_field(&reader, &field)) {
        switch (field.number) {
        case 1: take_text(&wanted.id, &field); break;
        case 2: take_text(&wanted.second, &field); break;
        case 3: wanted.streams.terminal = field.value != 0; break;
        case 4: case 5: case 6: take_text(&wanted.streams.name[field.number - 4], &field); break;
        case 7: take_spec(&wanted, &field); break;
        }
    }
    return wanted;
}

static void publish_added(const struct process *process, bool started) {
    struct bytes event = {0};
    put_text(&event, 1, process->id);
    put_text(&event, 2, process->exec);
    if (started) put_number(&event, 3, (uint64_t)process->standin.pid);
    events_publish(started ? "/tasks/exec-started" : "/tasks/exec-added", started ? "TaskExecStarted" : "TaskExecAdded",
                   &event);
    free(event.at);
}

void creation_add(struct caller caller, const uint8_t *payload, size_t length) {
    struct wanted wanted = read_exec(payload, length);
    struct process *first = process_find(wanted.id, "");
    if (first == NULL) {
        client_refuse(caller, STATUS_NOT_FOUND, "container %.100s does not exist", wanted.id);
    } else if (!is_name(wanted.second)) {
        refuse_name(caller, "exec_id", wanted.second);
    } else if (process_any(wanted.id, wanted.second) != NULL) {
        client_refuse(caller, STATUS_ALREADY_EXISTS, "process %s already exists", wanted.second);
    } else if (first->phase != RUNNING_PHASE) {
        client_refuse(caller, STATUS_FAILED_PRECONDITION, "cannot exec in container %s: it does not run", wanted.id);
    } else {
        struct bytes spec = wanted.spec;
        char *exec = wanted.second;
        wanted.spec = (struct bytes){0};
        struct process *process = take(&wanted, exec);
        process->spec = spec;
        publish_added(process, false);
        client_answer(caller, &(struct bytes){0});
    }
    discard(&wanted);
}

static void executed(struct ask *ask, struct process *process, const struct bytes *reply) {
    struct container only = {0};
    if (process == NULL) return;
    only.port_count = ports_in(reply, only.ports);
    process_post(process, &only); // if it has ended, SIGCHLD follows
    process->busy = false;
    process->phase = RUNNING_PHASE;
    publish_added(process, true);
    answer_pid(ask->caller, process);
    process_report(process);
    container_free(&only);
}

static void not_executed(struct ask *ask, struct process *process) {
    (void)ask;
    if (process == NULL) return;
    process_drop(process);
    process->busy = false;
    process->phase = STOPPED_PHASE;
}

void creation_exec(struct caller caller, struct process *process) {
    struct bytes why = {0};
    if (!process_stand(process, &why)) {
        client_refuse(caller, STATUS_INVALID_ARGUMENT, "%.*s", (int)why.length, (const char *)why.at);
        free(why.at);
        return;
    }
    // Not the engine's id, which may come again, but one that only a repetition of this call has too.
    process->guest_id = random_text();
    process->busy = true;
    struct bytes request = ask_request(process);
    put_bytes(&request, 3, process->spec.at, process->spec.length);
    put_number(&request, 4, (uint64_t)process->standin.pid);
    put_text(&request, 5, process->guest_id);
    ask_service((struct ask){.caller = caller, .then = executed, .undo = not_executed}, process, "ExecProcess", &request,
                SECONDS, true);
}
