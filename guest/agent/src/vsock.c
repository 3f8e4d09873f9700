#include "vsock.h"

#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <linux/vm_sockets.h>

#include "channel.h"
#include "log.h"
#include "loop.h"

#define BACKLOG 8

static struct source listening;

static void on_ready(struct source *source, uint32_t events) {
    (void)events;
    int fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) channel_open(fd, CHANNEL_STREAM);
}

bool vsock_address_parse(const char *kernel_command_line, struct vsock_address *address) {
    static const char key[] = "agent.server_addr=vsock://";
    const char *at = strstr(kernel_command_line, key);
    int cid;
    if (at == NULL || (at != kernel_command_line && at[-1] != ' ')) return false;
    if (sscanf(at + strlen(key), "%d:%u", &cid, &address->port) != 2) return false;
    address->cid = (unsigned)cid; // -1 = VMADDR_CID_ANY
    return true;
}

void vsock_start(const char *kernel_command_line) {
    struct vsock_address wanted;
    if (!vsock_address_parse(kernel_command_line, &wanted)) return;
    struct sockaddr_vm address = {
        .svm_family = AF_VSOCK, .svm_cid = wanted.cid, .svm_port = wanted.port};
    listening.ready = on_ready;
    listening.fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listening.fd < 0 || bind(listening.fd, (struct sockaddr *)&address, sizeof address) < 0
        || listen(listening.fd, BACKLOG) < 0) {
        log_error("cannot serve on vsock port %u: %m", wanted.port);
        return;
    }
    loop_watch(&listening, EPOLLIN);
    log_info("serving on vsock port %u", wanted.port);
}
