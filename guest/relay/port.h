// The relay's connection to the agent: one port, which carries the calls of all clients.
#ifndef PORT_H
#define PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client;

// What the port gives to its user.
struct port_user {
    // A piece of an answer to a call of the client, header included. The pieces of one answer follow each other.
    void (*answer)(struct client *client, const uint8_t *bytes, size_t length);
    // The port takes requests again.
    void (*room)(void);
};

// Connects to the port at path, and locks path + ".lock". Ends the program with a message if that fails.
void port_connect(const char *path);

// Starts to serve. The process that calls this may be a child of the one that has connected.
void port_start(const struct port_user *user);

// Sends a whole request of a client. Its answer goes to the user.
void port_ask(struct client *client, uint32_t stream, const uint8_t *body, size_t length);

// Returns whether the agent takes requests: the unsent bytes are below a limit.
bool port_has_room(void);

// The client has gone: the agent forgets its waiting calls, and answers to it are dropped.
void port_forget(const struct client *client);

// Returns whether the agent's side has ended. The relay cannot go on then.
bool port_is_broken(void);

// Gives up the port and its lock.
void port_close(void);

#endif
