// Tests what is found and redirected in a network namespace, with the kernel, in a namespace of the test's own. ip(8) and
// tc(8) show the kernel's state.
#include "network_test.h"

#include <assert.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../interfaces.h"
#include "../network.h"
#include "../redirect.h"

static void run(const char *command) {
    if (system(command) != 0) {
        fprintf(stderr, "%s\n", command);
        abort();
    }
}

static bool shows(const char *command, const char *text) {
    char output[8192];
    FILE *pipe = popen(command, "r");
    assert(pipe != NULL);
    size_t length = fread(output, 1, sizeof output - 1, pipe);
    pclose(pipe);
    output[length] = '\0';
    return strstr(output, text) != NULL;
}

static bool contains(const struct bytes *bytes, const char *text) {
    return memmem(bytes->at, bytes->length, text, strlen(text)) != NULL;
}

static void make_network(void) {
    run("ip link add name eth0 index 20 type veth peer name peer index 21");
    run("ip link set eth0 mtu 1400 up");
    run("ip address add 10.1.0.2/24 dev eth0");
    run("ip route add default via 10.1.0.1");
    run("ip neigh add 10.1.0.9 lladdr 02:00:00:00:00:09 dev eth0");
    run("ip tuntap add vmf-20 mode tap");
    run("ip tuntap add vmf-99 mode tap");
    run("ip tuntap add other mode tap");
}

static void interfaces_are_found_with_their_taps(int netlink) {
    struct interfaces found = interfaces_list(netlink);
    struct bytes request = {0}, taps = {0};
    assert(found.count == 1); // the loopback and what is down do not count
    assert(strcmp(found.all[0].name, "eth0") == 0 && found.all[0].index == 20 && found.all[0].mtu == 1400);
    assert(strcmp(found.all[0].host_end, "vmf-20") == 0 && found.all[0].tap > 0);
    assert(found.unused_count == 1 && strcmp(found.unused[0], "vmf-99") == 0);
    interfaces_put(&request, netlink, &found);
    assert(contains(&request, "10.1.0.2/24") && contains(&request, "10.1.0.1") && contains(&request, "10.1.0.9"));
    assert(contains(&request, "02:00:00:00:00:09") && !contains(&request, "fe80") && !contains(&request, "vmf-99"));
    interfaces_put_taps(&taps, &found);
    assert(contains(&taps, "vmf-20") && contains(&taps, "vmf-99") && !contains(&taps, "other"));
    free(request.at);
    free(taps.at);
}

static void frames_are_redirected_until_that_ends(int netlink) {
    const char *show = "tc filter show dev eth0 ingress";
    int tap = interfaces_list(netlink).all[0].tap;
    assert(redirect_add(netlink, 20, tap) && shows(show, "Egress Redirect to device vmf-20"));
    assert(redirect_add(netlink, 20, tap) && shows("tc filter show dev eth0 ingress | grep -c mirred", "1"));
    for (int twice = 0; twice < 2; twice++) assert(redirect_spare_answers(netlink, 20, tap, 0xff00, 0xff00));
    assert(shows("tc filter show dev eth0 ingress | grep -c mirred", "2"));
    assert(shows(show, "protocol arp pref 1") && shows(show, "Egress Mirror to device vmf-20"));
    assert(shows(show, "protocol ip pref 2") && shows(show, "match 0035ff00/ffffff00 at 20"));
    assert(shows(show, "protocol all pref 3"));
    network_leave();
    assert(!shows("tc qdisc show dev eth0", "ingress"));
    redirect_remove(netlink, 20); // there is none
}

// Lets a process look at the network, and returns its exit code.
static int looked_at(void) {
    int status, watched = network_fd();
    network_work("oci", "web");
    assert(network_fd() != watched);
    assert(wait(&status) > 0 && WIFEXITED(status));
    network_work("oci", "web");
    assert(network_fd() == watched);
    return WEXITSTATUS(status);
}

static void changes_are_noticed(void) {
    setenv("VMFACTORY_ENGINE_SOCKET", "/nonexistent", 1); // a process that connects fails
    network_watch();
    run("ip link set vmf-20 up"); // what this program does itself is no change
    assert(looked_at() == 0);
    run("ip address add 10.1.0.3/24 dev eth0");
    assert(looked_at() == 1);
    assert(looked_at() == 1); // it is tried again
    run("ip address delete 10.1.0.3/24 dev eth0");
    assert(looked_at() == 0);
}

static void in_a_namespace(void) {
    if (network_enter("") != NULL) assert(unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0);
    make_network();
    assert(network_taken());
    int netlink = netlink_open();
    interfaces_are_found_with_their_taps(netlink);
    frames_are_redirected_until_that_ends(netlink);
    changes_are_noticed();
    close(netlink);
}

void network_tests(void) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        in_a_namespace();
        _exit(0);
    }
    assert(waitpid(child, &status, 0) == child && status == 0);
    assert(network_enter("/nonexistent") != NULL && network_enter("/dev/null") != NULL);
    assert(strstr(network_enter("/proc/self/ns/net"), "host's own") != NULL);
}
