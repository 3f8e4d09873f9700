#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bytes.h"
#include "message.h"
#include "report.h"
#include "socket.h"

#define READ_MOST (64u << 10)
#define AGENT "grpc.AgentService"
#define GUEST "vmfactory.guest.v1.Guest"

static struct {
    int fd;
    const char *container, *exec;
    agent_answer answer;
    uint32_t next;
    uint32_t stream[CALL_OTHER]; // of the call of each kind that is under way; 0 = none
    struct bytes out, in;
} agent;

int agent_fd(void) { return agent.fd; }
bool agent_has_unsent(void) { return agent.out.length > 0; }

// Locks a port for this process, until it ends. All programs that connect to ports do so.
static bool locked(const char *port) {
    char file[PATH_MAX];
    snprintf(file, sizeof file, "%s.lock", port);
    int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fd >= 0 && fcntl(fd, F_OFD_SETLK, &range) == 0) return true;
    if (fd >= 0) close(fd);
    return false;
}

// Returns the path of a file beside this program.
static void beside(char path[PATH_MAX], const char *name) {
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 64);
    if (length < 0) stop_errno("cannot read /proc/self/exe");
    path[length] = '\0';
    strcpy(strrchr(path, '/') + 1, name);
}

static bool ready(int report) {
    char line[8] = {0};
    ssize_t got = read(report, line, sizeof line - 1);
    close(report);
    return got > 0 && strncmp(line, "ready", 5) == 0;
}

// Starts the relay of a port, and waits until it serves.
static bool start_relay(const char *socket, const char *port) {
    char program[PATH_MAX], number[16];
    int report[2];
    beside(program, "vmfactory-relay");
    if (pipe(report) < 0) stop_errno("cannot make a pipe");
    pid_t child = fork();
    if (child < 0) stop_errno("cannot make a process");
    if (child == 0) {
        close(report[0]);
        snprintf(number, sizeof number, "%d", report[1]);
        execl(program, program, number, socket, port, (char *)NULL);
        _exit(127);
    }
    close(report[1]);
    bool serves = ready(report[0]);
    waitpid(child, NULL, 0);
    return serves;
}

static int through_relay(const char *port) {
    char socket[PATH_MAX];
    snprintf(socket, sizeof socket - 16, "%s", port);
    strcpy(strrchr(socket, '/') + 1, "relay.sock");
    for (int attempt = 0; attempt < 3; attempt++) {
        int fd = socket_connect(socket, 0);
        if (fd >= 0) return fd;
        if (!start_relay(socket, port)) break; // else its last client may leave before this one connects
    }
    return -1;
}

static int reached(char *const *ports, unsigned count) {
    for (unsigned i = 0; i + 1 < count; i++) {
        if (locked(ports[i])) return socket_connect(ports[i], 0);
    }
    return count > 0 ? through_relay(ports[count - 1]) : -1;
}

static uint32_t send_request(const char *service, const char *method, struct bytes *request) {
    uint32_t stream = agent.next;
    agent.next += 2;
    put_request(&agent.out, stream, service, method, request, 0);
    free(request->at);
    return stream;
}

bool agent_connect(char *const *ports, unsigned count, const char *container, const char *exec, agent_answer answer) {
    agent.fd = reached(ports, count);
    if (agent.fd < 0) return false;
    fcntl(agent.fd, F_SETFL, O_NONBLOCK);
    agent.container = container;
    agent.exec = exec;
    agent.answer = answer;
    // A late answer to an earlier connection of the port must not pass for an answer to this one.
    if (getrandom(&agent.next, sizeof agent.next, 0) != sizeof agent.next) abort();
    agent.next = (agent.next >> 2) | 1;
    send_request("grpc.Health", "Check", &(struct bytes){0}); // by it the agent recognises a new host
    return true;
}

static struct bytes request(void) {
    struct bytes request = {0};
    put_text(&request, 1, agent.container);
    put_text(&request, 2, agent.exec);
    return request;
}

void agent_wait(void) {
    struct bytes wait = request();
    agent.stream[CALL_WAIT] = send_request(AGENT, "WaitProcess", &wait);
}

void agent_read(bool error) {
    struct bytes read = request();
    put_number(&read, 3, READ_MOST);
    agent.stream[error ? CALL_STDERR : CALL_STDOUT] = send_request(AGENT, error ? "ReadStderr" : "ReadStdout", &read);
}

void agent_write(const uint8_t *data, size_t length) {
    struct bytes write = request();
    put_bytes(&write, 3, data, length);
    agent.stream[CALL_STDIN] = send_request(AGENT, "WriteStdin", &write);
}

void agent_close_input(void) {
    struct bytes close = request();
    send_request(AGENT, "CloseStdin", &close);
}

void agent_signal(int signal, bool all) {
    struct bytes send = {0};
    put_text(&send, 1, agent.container);
    if (!all) put_text(&send, 2, agent.exec);
    put_number(&send, 3, (uint64_t)signal);
    send_request(AGENT, "SignalProcess", &send);
}

void agent_await_oom(void) { agent.stream[CALL_OOM] = send_request(AGENT, "GetOOMEvent", &(struct bytes){0}); }

void agent_resize(unsigned rows, unsigned columns) {
    struct bytes resize = request();
    put_number(&resize, 3, rows);
    put_number(&resize, 4, columns);
    send_request(AGENT, "TtyWinResize", &resize);
}

void agent_await_query(const struct in_addr *servers, unsigned count) {
    struct bytes await = {0};
    for (unsigned i = 0; i < count; i++) {
        char address[INET_ADDRSTRLEN];
        put_text(&await, 1, inet_ntop(AF_INET, &servers[i], address, sizeof address));
    }
    agent.stream[CALL_QUERY] = send_request(GUEST, "AwaitQuery", &await);
}

void agent_answer_query(uint32_t id, const uint8_t *message, size_t length) {
    struct bytes answer = {0};
    put_number(&answer, 1, id);
    put_bytes(&answer, 2, message, length);
    send_request(GUEST, "AnswerQuery", &answer);
}

static enum call call_of(uint32_t stream) {
    for (int call = 0; call < CALL_OTHER; call++) {
        if (agent.stream[call] == stream) {
            agent.stream[call] = 0;
            return (enum call)call;
        }
    }
    return CALL_OTHER;
}

static bool deliver(void) {
    struct answer answer;
    long length;
    while ((length = take_answer(&agent.in, &answer)) > 0) {
        agent.answer(call_of(answer.stream), answer.code, answer.payload, answer.payload_length);
        bytes_drop(&agent.in, (size_t)length);
    }
    return length == 0;
}

static bool flush(void) {
    while (agent.out.length > 0) {
        ssize_t sent = send(agent.fd, agent.out.at, agent.out.length, MSG_NOSIGNAL);
        if (sent < 0) return errno == EAGAIN || errno == EINTR;
        bytes_drop(&agent.out, (size_t)sent);
    }
    return true;
}

bool agent_work(void) {
    if (!flush()) return false;
    for (;;) {
        uint8_t *place = bytes_extend(&agent.in, READ_MOST);
        ssize_t got = recv(agent.fd, place, READ_MOST, 0);
        int error = errno;
        agent.in.length -= READ_MOST - (size_t)(got > 0 ? got : 0);
        if (got < 0) return error == EAGAIN || error == EINTR;
        if (got == 0 || !deliver()) return false;
    }
}
