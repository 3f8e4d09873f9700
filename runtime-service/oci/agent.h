#ifndef VMFACTORY_AGENT_H
#define VMFACTORY_AGENT_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A connection to the agent of a VM, for one process in one container. Calls do not wait: their answers come to
// agent_receive. A process has one connection, so it is a global.

enum call { CALL_WAIT, CALL_STDOUT, CALL_STDERR, CALL_STDIN, CALL_OOM, CALL_QUERY, CALL_OTHER };

// Takes an answer. The code is gRPC's; 0 = success.
typedef void (*agent_answer)(enum call call, int code, const uint8_t *payload, size_t length);

// Connects over the first port that no other program uses; if all are used, over the relay, which takes the last port.
// Returns false, with errno, if the VM cannot be reached.
bool agent_connect(char *const *ports, unsigned count, const char *container, const char *exec, agent_answer answer);

int agent_fd(void);

// Sends what the connection takes now; receives what has arrived. Returns false when the connection has ended.
bool agent_work(void);
bool agent_has_unsent(void);

// Calls, see agent.proto.
void agent_wait(void);
void agent_read(bool error);
void agent_write(const uint8_t *data, size_t length);
void agent_close_input(void);
void agent_signal(int signal, bool all);
void agent_await_oom(void);
void agent_resize(unsigned rows, unsigned columns);

// See guest.proto.
void agent_await_query(const struct in_addr *servers, unsigned count);
void agent_answer_query(uint32_t id, const uint8_t *message, size_t length);

#endif
