#ifndef VMFACTORY_ADDRESS_H
#define VMFACTORY_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Converts addresses between text and the kernel's form.

#define IP_TEXT 52 // room for an address with prefix and NUL
#define MAC_SIZE 6
#define MAC_TEXT 18

struct ip {
    uint8_t family; // AF_INET or AF_INET6
    uint8_t prefix; // bits
    uint8_t bytes[16];
};

size_t ip_size(const struct ip *ip);

// Parses "10.0.0.1", "10.0.0.0/24", "fd00::1" ... Without a prefix length, the prefix is the whole address.
bool ip_parse(const char *text, struct ip *ip);

// Parses a prefix length. False = it is not one of ip's family.
bool ip_set_prefix(struct ip *ip, const char *text);

// Writes the address without its prefix: at most IP_TEXT bytes.
void ip_print(const struct ip *ip, char *text);

// Parses or writes six pairs of hex digits, separated by colons.
bool mac_parse(const char *text, uint8_t *mac);
void mac_print(const uint8_t *mac, char *text);

#endif
