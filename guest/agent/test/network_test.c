#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../src/network/address.h"
#include "../src/status.h"
#include "host.h"
#include "kata/agent.pb-c.h"
#include "test.h"

// Tests interfaces, routes and neighbours with the kernel, in a network namespace of the test's own. ip(8)
// shows the kernel's state.

#define AGENT "grpc.AgentService"

static int fd;

static void addresses_are_parsed_whole_or_not_at_all(void) {
    struct ip ip;
    uint8_t mac[MAC_SIZE];
    char text[IP_TEXT];
    CHECK(ip_parse("10.1.2.0/24", &ip) && ip.prefix == 24 && ip_size(&ip) == 4);
    CHECK(ip_parse("fd00::1", &ip) && ip.prefix == 128);
    ip_print(&ip, text);
    CHECK(strcmp(text, "fd00::1") == 0);
    const char *wrong[] = {"", "10.1.2", "10.1.2.3/", "10.1.2.3/33", "10.1.2.3/-1", "10.1.2.3/ 1",
                           "fd00::1/129", "fd00::g", "1.2.3.4/24/1", "10.1.2.3.10.1.2.3.10.1.2.3.10.1.2.3.10.1.2.3"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) CHECK(!ip_parse(wrong[i], &ip));
    CHECK(mac_parse("02:00:00:aB:cd:0f", mac) && mac[3] == 0xab && mac[5] == 15);
    const char *no_mac[] = {"", "02:00:00:ab:cd", "02:00:00:ab:cd:0f:", "02-00-00-ab-cd-0f", " 2:00:00:ab:cd:0f",
                            "02:00:00:ab:cd:0x"};
    for (size_t i = 0; i < sizeof no_mac / sizeof *no_mac; i++) CHECK(!mac_parse(no_mac[i], mac));
}

static void ip(const char *arguments) {
    char command[256];
    snprintf(command, sizeof command, "ip %s", arguments);
    CHECK(system(command) == 0);
}

// Returns whether ip(8) prints this text.
static bool shows(const char *arguments, const char *text) {
    char command[256], output[8192];
    snprintf(command, sizeof command, "ip -o %s", arguments);
    FILE *pipe = popen(command, "r");
    CHECK(pipe != NULL);
    size_t length = fread(output, 1, sizeof output - 1, pipe);
    CHECK(pclose(pipe) == 0);
    output[length] = '\0';
    return strstr(output, text) != NULL;
}

// Returns the code of the answer. Its message must contain the text.
static int code(Ttrpc__Response *response, const char *text) {
    if (text != NULL) {
        CHECK(response->status != NULL);
        if (strstr(response->status->message, text) == NULL) fprintf(stderr, "%s\n", response->status->message);
        CHECK(strstr(response->status->message, text) != NULL);
    }
    return host_code(response);
}

// Writes a request. The arguments end with pairs of address and mask, and NULL.
struct asked {
    Types__Interface interface;
    Types__IPAddress ips[4], *all[4];
};

static void ask(struct asked *asked, char *device, char *mac, char *name, ...) {
    types__interface__init(&asked->interface);
    asked->interface.device = device;
    asked->interface.hwaddr = mac;
    asked->interface.name = name;
    asked->interface.ipaddresses = asked->all;
    va_list list;
    va_start(list, name);
    for (char *ip; (ip = va_arg(list, char *)) != NULL;) {
        size_t n = asked->interface.n_ipaddresses++;
        types__ipaddress__init(&asked->ips[n]);
        asked->ips[n].address = ip;
        asked->ips[n].mask = va_arg(list, char *);
        asked->all[n] = &asked->ips[n];
    }
    va_end(list);
}

static Ttrpc__Response *update(struct asked *asked) {
    Grpc__UpdateInterfaceRequest request = GRPC__UPDATE_INTERFACE_REQUEST__INIT;
    request.interface = &asked->interface;
    return host_call(fd, AGENT, "UpdateInterface", &request.base);
}

static void an_interface_found_by_name_gets_all_that_is_asked(void) {
    struct asked asked;
    ask(&asked, "veth0", "02:00:00:00:00:aa", "eth7", "10.9.0.2", "24", "fd09::2", "64", NULL);
    asked.interface.mtu = 1400;
    Ttrpc__Response *response = update(&asked);
    CHECK(response->status == NULL);
    Types__Interface *now =
        types__interface__unpack(NULL, response->payload.len, response->payload.data);
    CHECK(strcmp(now->name, "eth7") == 0 && strcmp(now->device, "eth7") == 0);
    CHECK(now->mtu == 1400 && strcmp(now->hwaddr, "02:00:00:00:00:aa") == 0 && (now->raw_flags & 1));
    CHECK(strcmp(now->ipaddresses[0]->address, "10.9.0.2") == 0);
    CHECK(strcmp(now->ipaddresses[0]->mask, "24") == 0);
    types__interface__free_unpacked(now, NULL);
    CHECK(host_code(response) == STATUS_OK);
    CHECK(shows("link show dev eth7", "mtu 1400") && shows("link show dev eth7", ",UP"));
    CHECK(shows("link show dev eth7", "02:00:00:00:00:aa"));
    CHECK(shows("address show dev eth7", "inet 10.9.0.2/24"));
    CHECK(shows("address show dev eth7", "inet6 fd09::2/64 scope global nodad"));
}

static void addresses_are_replaced_and_what_is_not_asked_stays(void) {
    struct asked asked;
    ask(&asked, "", "02:00:00:00:00:AA", "", "10.9.0.3", "16", NULL);
    CHECK(host_code(update(&asked)) == STATUS_OK);
    CHECK(shows("address show dev eth7", "inet 10.9.0.3/16"));
    CHECK(!shows("address show dev eth7", "10.9.0.2") && !shows("address show dev eth7", "fd09::2"));
    CHECK(shows("link show dev eth7", "mtu 1400"));
}

static void a_name_is_swapped_with_whoever_has_it(void) {
    struct asked asked;
    ask(&asked, "", "02:00:00:00:00:aa", "veth1", NULL);
    CHECK(host_code(update(&asked)) == STATUS_OK);
    CHECK(shows("link show dev veth1", "02:00:00:00:00:aa") && !shows("link show dev eth7", ":aa "));
    ask(&asked, "", "02:00:00:00:00:aa", "eth7", "10.9.0.3", "16", NULL);
    CHECK(host_code(update(&asked)) == STATUS_OK);
    ip("link set veth1 up");
}

static void a_wrong_interface_is_refused_by_field(void) {
    struct asked asked;
    CHECK(code(host_call(fd, AGENT, "UpdateInterface", NULL), "interface") == STATUS_INVALID_ARGUMENT);
    ask(&asked, "", "", "eth0", NULL);
    CHECK(code(update(&asked), "hwAddr or device") == STATUS_INVALID_ARGUMENT);
    ask(&asked, "eth7", "aa:bb", "", NULL);
    CHECK(code(update(&asked), "hwAddr: not") == STATUS_INVALID_ARGUMENT);
    ask(&asked, "eth7", "", "a/b", NULL);
    CHECK(code(update(&asked), "name") == STATUS_INVALID_ARGUMENT);
    ask(&asked, "eth7", "", "sixteencharacter", NULL);
    CHECK(code(update(&asked), "name") == STATUS_INVALID_ARGUMENT);
    ask(&asked, "eth7", "", "", "10.0.0.300", "24", NULL);
    CHECK(code(update(&asked), "address") == STATUS_INVALID_ARGUMENT);
    ask(&asked, "eth7", "", "", "10.0.0.3", "255.255.255.0", NULL);
    CHECK(code(update(&asked), "mask") == STATUS_INVALID_ARGUMENT);
    ask(&asked, "eth9", "02:00:00:00:00:99", "", NULL);
    CHECK(code(update(&asked), "Link not found") == STATUS_NOT_FOUND);
    CHECK(shows("address show dev eth7", "inet 10.9.0.3/16"));
}

static void what_the_kernel_refuses_is_told_with_its_words(void) {
    struct asked asked;
    ask(&asked, "eth7", "", "", "10.9.0.3", "16", NULL);
    asked.interface.mtu = 10;
    CHECK(code(update(&asked), "mtu: Invalid argument") == STATUS_INVALID_ARGUMENT);
    ask(&asked, "eth7", "03:00:00:00:00:aa", "", NULL);
    CHECK(code(update(&asked), "hwAddr: Cannot assign requested address") == STATUS_INVALID_ARGUMENT);
    ask(&asked, "eth7", "", "", "10.9.0.3", "16", NULL);
    CHECK(host_code(update(&asked)) == STATUS_OK);
}

static void every_interface_is_listed(void) {
    Ttrpc__Response *response = host_call(fd, AGENT, "ListInterfaces", NULL);
    Grpc__Interfaces *all =
        grpc__interfaces__unpack(NULL, response->payload.len, response->payload.data);
    size_t found = 0;
    for (size_t i = 0; i < all->n_interfaces; i++) {
        Types__Interface *one = all->interfaces[i];
        if (strcmp(one->name, "lo") == 0) found += one->n_ipaddresses >= 1;
        if (strcmp(one->name, "eth7") == 0) found += strcmp(one->ipaddresses[0]->address, "10.9.0.3") == 0;
    }
    CHECK(found == 2);
    grpc__interfaces__free_unpacked(all, NULL);
    CHECK(host_code(response) == STATUS_OK);
}

static Types__Route route(char *dest, char *gateway, char *device) {
    Types__Route route = TYPES__ROUTE__INIT;
    route.dest = dest;
    route.gateway = gateway;
    route.device = device;
    return route;
}

static Ttrpc__Response *update_routes(size_t n, Types__Route *routes) {
    Types__Route *all[8];
    for (size_t i = 0; i < n; i++) all[i] = &routes[i];
    Grpc__Routes list = GRPC__ROUTES__INIT;
    list.n_routes = n;
    list.routes = all;
    Grpc__UpdateRoutesRequest request = GRPC__UPDATE_ROUTES_REQUEST__INIT;
    request.routes = &list;
    return host_call(fd, AGENT, "UpdateRoutes", &request.base);
}

static bool lists(const Grpc__Routes *all, const char *dest, const char *gateway) {
    for (size_t i = 0; i < all->n_routes; i++) {
        Types__Route *one = all->routes[i];
        bool same = strcmp(one->dest, dest) == 0 && strcmp(one->gateway, gateway) == 0;
        if (same && strcmp(one->device, "eth7") == 0) return true;
    }
    return false;
}

// The request has the gateway before the route to it. The agent finds it all the same.
static void routes_are_replaced(void) {
    ip("route add 192.168.7.0/24 dev eth7");
    ip("-6 address add fd09::2/64 dev eth7 nodad");
    ip("-6 route add fd77::/64 dev eth7");
    Types__Route routes[] = {
        route("", "10.77.0.1", "eth7"), route("10.77.0.1", "", "eth7"),
        route("10.88.0.0/16", "10.9.0.1", ""), route("fd88::/64", "fd09::1", "eth7"),
    };
    routes[2].source = "10.9.0.3";
    routes[2].mtu = 1300;
    Ttrpc__Response *response = update_routes(4, routes);
    CHECK(response->status == NULL);
    Grpc__Routes *now = grpc__routes__unpack(NULL, response->payload.len, response->payload.data);
    CHECK(lists(now, "", "10.77.0.1") && lists(now, "10.77.0.1/32", ""));
    CHECK(lists(now, "10.88.0.0/16", "10.9.0.1") && lists(now, "fd88::/64", "fd09::1"));
    CHECK(lists(now, "10.9.0.0/16", "") && lists(now, "fd09::/64", "")); // the kernel's own
    CHECK(!lists(now, "192.168.7.0/24", "") && !lists(now, "fd77::/64", ""));
    grpc__routes__free_unpacked(now, NULL);
    CHECK(host_code(response) == STATUS_OK);
    CHECK(shows("route", "default via 10.77.0.1 dev eth7"));
    CHECK(shows("route", "10.88.0.0/16 via 10.9.0.1 dev eth7 src 10.9.0.3 mtu 1300"));
    CHECK(shows("-6 route", "fd88::/64 via fd09::1 dev eth7"));
}

static void wrong_routes_are_refused_before_the_old_ones_go(void) {
    Types__Route wrong[] = {
        route("10.0.0.0/33", "", "eth7"), route("10.5.0.0/16", "fd09::1", "eth7"),
        route("10.5.0.0/16", "", "eth9"), route("10.5.0.0/16", "", ""),
    };
    const char *fields[] = {"route 1: dest", "route 1: dest", "route 1: device", "route 1: device"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK(code(update_routes(1, &wrong[i]), fields[i]) == STATUS_INVALID_ARGUMENT);
    }
    CHECK(shows("route", "default via 10.77.0.1"));
    Types__Route unreachable = route("10.5.0.0/16", "172.30.0.1", "eth7");
    CHECK(code(update_routes(1, &unreachable), "10.5.0.0/16\" by \"172.30.0.1") == STATUS_INVALID_ARGUMENT);
    CHECK(host_code(update_routes(0, NULL)) == STATUS_OK);
    CHECK(!shows("route", "default") && shows("route", "10.9.0.0/16"));
    CHECK(host_code(host_call(fd, AGENT, "ListRoutes", NULL)) == STATUS_OK);
}

static Ttrpc__Response *add_neighbour(char *address, char *device, char *mac) {
    Types__IPAddress to = TYPES__IPADDRESS__INIT;
    Types__ARPNeighbor neighbour = TYPES__ARPNEIGHBOR__INIT, *all[] = {&neighbour};
    to.address = address;
    neighbour.toipaddress = &to;
    neighbour.device = device;
    neighbour.lladdr = mac;
    Grpc__ARPNeighbors list = GRPC__ARPNEIGHBORS__INIT;
    list.n_arpneighbors = 1;
    list.arpneighbors = all;
    Grpc__AddARPNeighborsRequest request = GRPC__ADD_ARPNEIGHBORS_REQUEST__INIT;
    request.neighbors = &list;
    return host_call(fd, AGENT, "AddARPNeighbors", &request.base);
}

static void neighbours_are_added_and_changed(void) {
    CHECK(host_code(add_neighbour("10.9.0.9", "eth7", "02:00:00:00:00:09")) == STATUS_OK);
    CHECK(host_code(add_neighbour("10.9.0.9", "eth7", "02:00:00:00:00:0a")) == STATUS_OK);
    CHECK(host_code(add_neighbour("fd09::9", "eth7", "02:00:00:00:00:09")) == STATUS_OK);
    CHECK(shows("neigh", "10.9.0.9 dev eth7 lladdr 02:00:00:00:00:0a PERMANENT"));
    CHECK(shows("-6 neigh", "fd09::9 dev eth7 lladdr 02:00:00:00:00:09 PERMANENT"));
    CHECK(code(add_neighbour("10.9", "eth7", ""), "toIPAddress") == STATUS_INVALID_ARGUMENT);
    CHECK(code(add_neighbour("10.9.0.9", "eth9", ""), "device") == STATUS_INVALID_ARGUMENT);
    CHECK(code(add_neighbour("10.9.0.9", "eth7", "2"), "lladdr") == STATUS_INVALID_ARGUMENT);
    CHECK(host_code(host_call(fd, AGENT, "AddARPNeighbors", NULL)) == STATUS_OK);
}

static void against_the_kernel(void) {
    fd = host_connect();
    ip("link set lo up");
    ip("link add veth0 type veth peer name veth1");
    an_interface_found_by_name_gets_all_that_is_asked();
    addresses_are_replaced_and_what_is_not_asked_stays();
    a_name_is_swapped_with_whoever_has_it();
    a_wrong_interface_is_refused_by_field();
    what_the_kernel_refuses_is_told_with_its_words();
    every_interface_is_listed();
    routes_are_replaced();
    wrong_routes_are_refused_before_the_old_ones_go();
    neighbours_are_added_and_changed();
    close(fd);
    host_settle();
}

void network_tests(void) {
    addresses_are_parsed_whole_or_not_at_all();
    host_apart(against_the_kernel);
}
