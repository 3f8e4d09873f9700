#ifndef VMFACTORY_COMMAND_H
#define VMFACTORY_COMMAND_H

#include <stdbool.h>

#include "bytes.h"

// A connection to the runtime service that runs one command line; see command.proto.

enum from_service { SERVICE_OUTPUT = 1, SERVICE_ATTACH = 2, SERVICE_EXIT = 3, SERVICE_DECLINES = 4 };

// A message of the service. The bytes stay valid until the next one is taken.
struct message {
    enum from_service kind;
    const uint8_t *at;
    size_t length;
};

// Connects. Returns false if there is no service of this user at the path.
bool command_connect(const char *path);
int command_fd(void);

// Returns 1 and the next message if it has arrived, 0 if not, -1 if the service has ended the connection. Waits for bytes
// if wait is set.
int command_take(struct message *message, bool wait);

// Send the messages of a client. They return false if the service has ended the connection.
bool command_begin(char **words, char **environment);
bool command_output_taken(const char *failure);
bool command_signal(int number);
bool command_ended_with(int field, int number);
bool command_ended_output(bool error, const char *reason);
bool command_ended_lost(const char *reason);

#endif
