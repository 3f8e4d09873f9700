// vmfactory-relay: shares one port of a VM's agent among any number of clients on the host. A port serves one
// connection at a time, and a client that waits for a process would hold it for hours.
//
//   vmfactory-relay FD SOCKET PORT
//
// Clients connect to SOCKET as they would to PORT, and speak ttRPC. The relay gives each call a stream id of its own
// on the port, and takes each answer back to its client. It knows no call but two: it begins with a Check, and when
// a client has gone, it lets the agent forget the client's waiting calls.
//
// FD gets the line "ready" when a relay serves SOCKET, this one or another, or the line "error TEXT". This process
// ends then. The relay is its child, which belongs to no terminal and to no client. It ends with its last client, or
// with the VM.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "client.h"
#include "failure.h"
#include "listener.h"
#include "loop.h"
#include "port.h"

// How long a relay waits for its first client, which has started it.
#define FIRST_CLIENT_MS 10000

static void allow_many_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void serve(void) {
    loop_start();
    listener_start();
    clients_start();
    bool met = false;
    while (!port_is_broken()) {
        int turns = loop_turn(clients_any() ? -1 : FIRST_CLIENT_MS);
        met = met || clients_any();
        if (clients_any()) {
            listener_accept(); // the descriptors may have been too few before
        } else if ((met || turns == 0) && listener_retire()) {
            port_close(); // before the lock ends with this process: the next relay connects to the port
            return;
        }
    }
    listener_remove();
}

int main(int argc, char **argv) {
    if (argc != 4) fail("usage: vmfactory-relay FD SOCKET PORT");
    int report = atoi(argv[1]);
    failure_report_to(report);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    allow_many_descriptors();
    if (chdir("/") < 0) fail_errno("cannot enter /");
    if (listener_claim(argv[2])) {
        port_connect(argv[3]);
        listener_open();
        pid_t child = fork();
        if (child < 0) fail_errno("cannot make a process");
        if (child == 0) {
            close(report);
            serve();
            return 0;
        }
    }
    return dprintf(report, "ready\n") > 0 ? 0 : 1;
}
