#include "test.h"

#include <signal.h>

#include "../src/dispatch.h"
#include "../src/loop.h"
#include "../src/services/table.h"

static const struct {
    const char *name;
    void (*run)(void);
} suites[] = {
    {"frame", frame_tests},     {"fuzz", fuzz_tests},     {"channel", channel_tests},
    {"names", names_tests},     {"online", online_tests}, {"services", service_tests},
    {"vsock", vsock_tests},     {"file", file_tests},     {"oci_json", oci_json_tests},
    {"network", network_tests}, {"nameserver", nameserver_tests}, {"storage", storage_tests},
    {"sandbox", sandbox_tests}, {"copy", copy_tests},
    {"spec", spec_tests},       {"containers", container_tests},
};

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN);
    loop_start();
    dispatch_offer(services);
    for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
        suites[i].run();
        printf("ok %s\n", suites[i].name);
    }
    return 0;
}
