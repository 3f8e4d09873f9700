#include "dispatch.h"

#include <string.h>

#include "kata/ttrpc.pb-c.h"

static const struct service *offered;

void dispatch_offer(const struct service *services) { offered = services; }

const struct service *dispatch_offered(void) { return offered; }

static const struct service *find_service(const char *name) {
    for (const struct service *service = offered; service->descriptor != NULL; service++) {
        if (strcmp(service->descriptor->name, name) == 0) return service;
    }
    return NULL;
}

static struct method *find_method(const struct service *service, const char *name) {
    for (struct method *method = service->methods; method->name != NULL; method++) {
        if (strcmp(method->name, name) == 0) return method;
    }
    return NULL;
}

static void handle(
    const struct service *service,
    struct method *method,
    struct call *call,
    const ProtobufCBinaryData *payload) {
    const ProtobufCMessageDescriptor *type =
        protobuf_c_service_descriptor_get_method_by_name(service->descriptor, method->name)->input;
    ProtobufCMessage *request = protobuf_c_message_unpack(type, NULL, payload->len, payload->data);
    method->calls++;
    if (request == NULL) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "%s: the payload is not a %s", method->name, type->name);
        return;
    }
    method->handle(call, request);
    protobuf_c_message_free_unpacked(request, NULL);
}

bool dispatch(
    struct conversation *conversation, uint32_t stream, const uint8_t *bytes, size_t length) {
    Ttrpc__Request *request = ttrpc__request__unpack(NULL, length, bytes);
    if (request == NULL) return false;
    struct call *call = call_start(conversation, stream);
    const struct service *service = find_service(request->service);
    struct method *method = service == NULL ? NULL : find_method(service, request->method);
    if (service == NULL) {
        call_fail(call, STATUS_UNIMPLEMENTED, "this agent has no service %.100s", request->service);
    } else if (method == NULL) {
        call_fail(
            call, STATUS_UNIMPLEMENTED, "this agent does not offer %s/%.100s",
            request->service, request->method);
    } else {
        handle(service, method, call, &request->payload);
    }
    ttrpc__request__free_unpacked(request, NULL);
    return true;
}
