#include "../version.h"
#include "kata/health.pb-c.h"
#include "services.h"

// Always answers SERVING: an agent that does not serve does not answer.
void health_check(struct call *call, const ProtobufCMessage *request) {
    (void)request;
    Grpc__HealthCheckResponse response = GRPC__HEALTH_CHECK_RESPONSE__INIT;
    response.status = GRPC__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING;
    call_reply(call, &response.base);
}

void health_version(struct call *call, const ProtobufCMessage *request) {
    (void)request;
    Grpc__VersionCheckResponse response = GRPC__VERSION_CHECK_RESPONSE__INIT;
    response.grpc_version = AGENT_API_VERSION;
    response.agent_version = AGENT_VERSION;
    call_reply(call, &response.base);
}
