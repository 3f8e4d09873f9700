#include "address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t ip_size(const struct ip *ip) {
    return ip->family == AF_INET ? 4 : 16;
}

bool ip_set_prefix(struct ip *ip, const char *text) {
    char *end;
    unsigned long bits = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || bits > 8 * ip_size(ip)) return false;
    ip->prefix = (uint8_t)bits;
    return true;
}

bool ip_parse(const char *text, struct ip *ip) {
    char address[INET6_ADDRSTRLEN];
    const char *slash = strchrnul(text, '/');
    size_t length = (size_t)(slash - text);
    if (length >= sizeof address) return false;
    memcpy(address, text, length);
    address[length] = '\0';
    *ip = (struct ip){.family = strchr(address, ':') == NULL ? AF_INET : AF_INET6};
    ip->prefix = (uint8_t)(8 * ip_size(ip));
    return inet_pton(ip->family, address, ip->bytes) == 1
        && (*slash == '\0' || ip_set_prefix(ip, slash + 1));
}

void ip_print(const struct ip *ip, char *text) {
    inet_ntop(ip->family, ip->bytes, text, IP_TEXT);
}

bool mac_parse(const char *text, uint8_t *mac) {
    for (size_t i = 0; i < MAC_TEXT; i++) {
        bool between = i % 3 == 2 && i < MAC_TEXT - 1;
        bool right = i == MAC_TEXT - 1 ? text[i] == '\0'
                   : between           ? text[i] == ':'
                                       : isxdigit((unsigned char)text[i]);
        if (!right) return false;
    }
    for (size_t i = 0; i < MAC_SIZE; i++) mac[i] = (uint8_t)strtoul(text + 3 * i, NULL, 16);
    return true;
}

void mac_print(const uint8_t *mac, char *text) {
    snprintf(
        text, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
        mac[5]);
}
