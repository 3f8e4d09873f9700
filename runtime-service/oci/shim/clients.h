#ifndef VMFACTORY_SHIM_CLIENTS_H
#define VMFACTORY_SHIM_CLIENTS_H

#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

// The connections of containerd: ttRPC, service containerd.task.v2.Task.

// Where an answer goes to. If the client has left, it goes nowhere.
struct caller {
    uint32_t client;
    uint32_t stream;
};

// Takes a request. The payload lives until it returns.
typedef void (*client_request)(struct caller caller, const char *method, const uint8_t *payload, size_t length);

// Serves a listening socket.
void clients_serve(int listener, client_request take);

void client_answer(struct caller caller, const struct bytes *payload);
void client_refuse(struct caller caller, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
