#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../src/file.h"
#include "../src/status.h"
#include "../src/uevent.h"
#include "host.h"
#include "kata/agent.pb-c.h"
#include "test.h"

// Tests OnlineCPUMem with a made-up /sys and device events of the test.

static char root[] = "/tmp/vmfactory-agent-test.XXXXXX";
static uint8_t bytes[4096];
static int fd;

static void make_directories(const char *path) {
    char full[512];
    snprintf(full, sizeof full, "%s%s", root, path);
    for (char *at = full + strlen(root) + 1; (at = strchr(at, '/')) != NULL; *at++ = '/') {
        *at = '\0';
        mkdir(full, 0755);
    }
}

static void put(const char *path, const char *text) {
    char full[512];
    make_directories(path);
    snprintf(full, sizeof full, "%s%s", root, path);
    FILE *file = fopen(full, "w");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static bool holds(const char *path, const char *text) {
    char found[64];
    return file_read(path, found, sizeof found) >= 0 && strcmp(found, text) == 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at) {
    (void)st, (void)type, (void)at;
    return remove(path);
}

static void ask(uint32_t stream, uint32_t cpus, bool cpu_only) {
    Grpc__OnlineCPUMemRequest request = GRPC__ONLINE_CPUMEM_REQUEST__INIT;
    request.nb_cpus = cpus;
    request.cpu_only = cpu_only;
    host_send(
        fd, bytes, host_request(bytes, stream, "grpc.AgentService", "OnlineCPUMem", &request.base));
}

static void expect(uint32_t stream, int code) {
    uint32_t answered;
    CHECK(host_code(host_receive(fd, &answered)) == code);
    CHECK(answered == stream);
}

static void what_is_there_comes_online(void) {
    ask(1, 2, true);
    expect(1, STATUS_OK);
    CHECK(holds("/sys/devices/system/cpu/cpu1/online", "1"));
    CHECK(holds("/sys/devices/system/memory/memory32/state", "offline"));
    ask(3, 0, false);
    expect(3, STATUS_OK);
    CHECK(holds("/sys/devices/system/memory/memory32/state", "online"));
}

// While the call waits for the device, the agent answers others.
static void a_missing_cpu_is_waited_for(void) {
    ask(5, 3, true);
    host_settle();
    CHECK(host_code(host_call(fd, CHECK_METHOD, NULL)) == STATUS_OK);
    put("/sys/devices/system/cpu/cpu2/online", "0");
    uevent_announce();
    expect(5, STATUS_OK);
    CHECK(holds("/sys/devices/system/cpu/cpu2/online", "1"));
}

static void a_cpu_that_never_comes_is_an_error(void) {
    ask(7, 9, true);
    expect(7, STATUS_DEADLINE_EXCEEDED);
}

static void a_host_that_left_is_not_answered(void) {
    ask(9, 4, true);
    host_settle();
    close(fd);
    host_settle();
    put("/sys/devices/system/cpu/cpu3/online", "0");
    uevent_announce();
}

void online_tests(void) {
    CHECK(mkdtemp(root) != NULL);
    file_set_root(root);
    put("/sys/devices/system/cpu/cpu0/crash_notes", "");
    put("/sys/devices/system/cpu/cpu1/online", "0");
    put("/sys/devices/system/cpu/cpufreq/boost", "1");
    put("/sys/devices/system/memory/memory0/state", "online");
    put("/sys/devices/system/memory/memory32/state", "offline");
    fd = host_connect();
    what_is_there_comes_online();
    a_missing_cpu_is_waited_for();
    a_cpu_that_never_comes_is_an_error();
    a_host_that_left_is_not_answered();
    file_set_root("");
    nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
