#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "../src/services/table.h"
#include "host.h"
#include "kata/agent.pb-c.h"
#include "kata/health.pb-c.h"
#include "test.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

#define AGENT "grpc.AgentService"
#define GUEST "vmfactory.guest.v1.Guest"

static int fd;

static void every_kata_method_we_lack_is_unimplemented_by_name(void) {
    const ProtobufCServiceDescriptor *kata = &grpc__agent_service__descriptor;
    int lacking = 0;
    for (unsigned i = 0; i < kata->n_methods; i++) {
        const char *name = kata->methods[i].name;
        bool offered = false;
        for (const struct method *m = services[1].methods; m->name != NULL; m++) {
            offered = offered || strcmp(m->name, name) == 0;
        }
        if (offered) continue;
        Ttrpc__Response *response = host_call(fd, AGENT, name, NULL);
        CHECK(response->status != NULL && strstr(response->status->message, name) != NULL);
        CHECK(host_code(response) == STATUS_UNIMPLEMENTED);
        lacking++;
    }
    CHECK(lacking > 0);
    CHECK(host_code(host_call(fd, AGENT, "NoSuchMethod", NULL)) == STATUS_UNIMPLEMENTED);
    CHECK(host_code(host_call(fd, "no.such.Service", "Check", NULL)) == STATUS_UNIMPLEMENTED);
}

static void each_method_of_the_table_is_one_of_its_service(void) {
    for (const struct service *service = services; service->descriptor != NULL; service++) {
        for (const struct method *m = service->methods; m->name != NULL; m++) {
            CHECK(protobuf_c_service_descriptor_get_method_by_name(service->descriptor, m->name));
        }
    }
}

static void versions_are_told(void) {
    Ttrpc__Response *response = host_call(fd, "grpc.Health", "Version", NULL);
    Grpc__VersionCheckResponse *version = grpc__version_check_response__unpack(
        NULL, response->payload.len, response->payload.data);
    CHECK(strcmp(version->grpc_version, "0.0.1") == 0 && *version->agent_version != '\0');
    grpc__version_check_response__free_unpacked(version, NULL);
    CHECK(host_code(response) == STATUS_OK);
}

static void details_name_our_extension(void) {
    Ttrpc__Response *response = host_call(fd, AGENT, "GetGuestDetails", NULL);
    Grpc__GuestDetailsResponse *details = grpc__guest_details_response__unpack(
        NULL, response->payload.len, response->payload.data);
    CHECK(details->agent_details->n_extra_features == 1);
    CHECK(strcmp(details->agent_details->extra_features[0], "vmfactory.guest.v1") == 0);
    grpc__guest_details_response__free_unpacked(details, NULL);
    CHECK(host_code(response) == STATUS_OK);
}

static void metrics_count_requests(void) {
    Ttrpc__Response *response = host_call(fd, AGENT, "GetMetrics", NULL);
    Grpc__Metrics *metrics =
        grpc__metrics__unpack(NULL, response->payload.len, response->payload.data);
    CHECK(strstr(metrics->metrics, "vmfactory_guest_meminfo_bytes{item=\"MemTotal\"} "));
    CHECK(strstr(metrics->metrics, "vmfactory_agent_resident_bytes "));
    CHECK(strstr(metrics->metrics, "{service=\"grpc.AgentService\",method=\"GetMetrics\"} 1\n"));
    grpc__metrics__free_unpacked(metrics, NULL);
    CHECK(host_code(response) == STATUS_OK);
}

#define SOME_ID "0123456789abcdef0123456789abcdef"

static int set_identity(char *hostname, char *machine_id, char *generation, size_t prefix, uint8_t first) {
    uint8_t bytes[16] = {first};
    Vmfactory__Guest__V1__SetIdentityRequest request =
        VMFACTORY__GUEST__V1__SET_IDENTITY_REQUEST__INIT;
    request.hostname = hostname;
    request.machine_id = machine_id;
    request.generation = generation;
    request.mac_prefix.len = prefix;
    request.mac_prefix.data = bytes;
    return host_code(host_call(fd, GUEST, "SetIdentity", &request.base));
}

static void a_wrong_identity_is_refused_before_anything_is_set(void) {
    char dashes[] = "01234567-89ab-cdef-0123-456789abcdef";
    CHECK(set_identity("-x", SOME_ID, SOME_ID, 0, 0) == STATUS_INVALID_ARGUMENT);
    CHECK(set_identity("x", dashes, SOME_ID, 0, 0) == STATUS_INVALID_ARGUMENT);
    CHECK(set_identity("", "", "", 0, 0) == STATUS_INVALID_ARGUMENT);
    CHECK(set_identity("x", SOME_ID, "", 0, 0) == STATUS_INVALID_ARGUMENT);
    CHECK(set_identity("x", SOME_ID, "../../../etc/passwd", 0, 0) == STATUS_INVALID_ARGUMENT);
    CHECK(set_identity("x", "", SOME_ID, 0, 0) == STATUS_INVALID_ARGUMENT);
    CHECK(set_identity("x", "", "", 5, 2) == STATUS_INVALID_ARGUMENT);
    CHECK(set_identity("x", SOME_ID, SOME_ID, 4, 2) == STATUS_INVALID_ARGUMENT);
    CHECK(set_identity("x", SOME_ID, SOME_ID, 6, 2) == STATUS_INVALID_ARGUMENT);
    CHECK(set_identity("x", SOME_ID, SOME_ID, 5, 0) == STATUS_INVALID_ARGUMENT); // another owner's
    CHECK(set_identity("x", SOME_ID, SOME_ID, 5, 3) == STATUS_INVALID_ARGUMENT); // a group's
}

static void an_identity_that_no_file_can_show_is_refused_before_anything_is_set(void) {
    char before[256], after[256];
    CHECK(gethostname(before, sizeof before) == 0);
    CHECK(set_identity("vmfactory-agent-test", SOME_ID, SOME_ID, 5, 2) == STATUS_INTERNAL);
    CHECK(gethostname(after, sizeof after) == 0 && strcmp(before, after) == 0);
}

static void a_name_may_come_alone(void) {
    // Never changes the host's own name: a process that may not unshare it may not set it either.
    if (unshare(CLONE_NEWUTS) < 0) {
        CHECK(errno == EPERM);
        CHECK(set_identity("vmfactory-agent-test", "", "", 0, 0) == STATUS_INTERNAL);
        return;
    }
    char after[256];
    CHECK(set_identity("vmfactory-agent-test", "", "", 0, 0) == STATUS_OK);
    CHECK(gethostname(after, sizeof after) == 0 && strcmp(after, "vmfactory-agent-test") == 0);
}

static void too_many_random_bytes_are_refused(void) {
    Vmfactory__Guest__V1__GetIdentityRequest request = VMFACTORY__GUEST__V1__GET_IDENTITY_REQUEST__INIT;
    request.random_bytes = 257;
    CHECK(host_code(host_call(fd, GUEST, "GetIdentity", &request.base)) == STATUS_INVALID_ARGUMENT);
}

static void bad_entropy_and_bad_time_are_refused(void) {
    CHECK(host_code(host_call(fd, AGENT, "ReseedRandomDev", NULL)) == STATUS_INVALID_ARGUMENT);
    Grpc__SetGuestDateTimeRequest when = GRPC__SET_GUEST_DATE_TIME_REQUEST__INIT;
    when.usec = 1000000;
    CHECK(host_code(host_call(fd, AGENT, "SetGuestDateTime", &when.base)) == STATUS_INVALID_ARGUMENT);
    when.usec = 0;
    when.sec = -1;
    CHECK(host_code(host_call(fd, AGENT, "SetGuestDateTime", &when.base)) == STATUS_INVALID_ARGUMENT);
}

void service_tests(void) {
    fd = host_connect();
    each_method_of_the_table_is_one_of_its_service();
    every_kata_method_we_lack_is_unimplemented_by_name();
    versions_are_told();
    details_name_our_extension();
    metrics_count_requests();
    a_wrong_identity_is_refused_before_anything_is_set();
    an_identity_that_no_file_can_show_is_refused_before_anything_is_set();
    a_name_may_come_alone();
    too_many_random_bytes_are_refused();
    bad_entropy_and_bad_time_are_refused();
    close(fd);
    host_settle();
}
