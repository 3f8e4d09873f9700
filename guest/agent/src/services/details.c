#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "../file.h"
#include "../version.h"
#include "kata/agent.pb-c.h"
#include "services.h"

static uint64_t memory_block_bytes(void) {
    char text[32]; // the kernel writes the size in hex
    if (file_read("/sys/devices/system/memory/block_size_bytes", text, sizeof text) < 0) return 0;
    return strtoull(text, NULL, 16);
}

void details_get(struct call *call, const ProtobufCMessage *message) {
    const Grpc__GuestDetailsRequest *request = (const void *)message;
    char *features[] = {"vmfactory.guest.v1"};
    Grpc__AgentDetails details = GRPC__AGENT_DETAILS__INIT;
    details.version = AGENT_VERSION;
    details.init_daemon = getpid() == 1;
    details.n_extra_features = sizeof features / sizeof *features;
    details.extra_features = features;
    Grpc__GuestDetailsResponse response = GRPC__GUEST_DETAILS_RESPONSE__INIT;
    response.agent_details = &details;
    if (request->mem_block_size) response.mem_block_size_bytes = memory_block_bytes();
    call_reply(call, &response.base);
}
