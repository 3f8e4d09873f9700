#ifndef VMFACTORY_ADDRESS_H
#define VMFACTORY_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Addresses as text and as the kernel takes them.

#define IP_TEXT 52 // with prefix and NUL
#define MAC_SIZE 6
#define MAC_TEXT 18

struct ip {
    uint8_t family; // AF_INET or AF_INET6
    uint8_t prefix; // bits
    uint8_t bytes[16];
};

size_t ip_size(const struct ip *ip);

// "10.0.0.1", "10.0.0.0/24", "fd00::1", ...; without a prefix it is the whole address.
bool ip_parse(const char *text, struct ip *ip);

// A prefix length of ip's family; false = it is none.
bool ip_set_prefix(struct ip *ip, const char *text);

// Writes the address without its prefix, IP_TEXT bytes at most.
void ip_print(const struct ip *ip, char *text);

// Six pairs of hex digits with colons between.
bool mac_parse(const char *text, uint8_t *mac);
void mac_print(const uint8_t *mac, char *text);

#endif
