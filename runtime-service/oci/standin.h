#ifndef VMFACTORY_STANDIN_H
#define VMFACTORY_STANDIN_H

#include <stdbool.h>
#include <sys/types.h>

// A stand-in: a process of this host that stands for a process in a VM. Its parent can wait for it, and signal it. It
// passes signals and standard streams on, and ends with the exit status of the process in the VM.

struct standin {
    pid_t pid;
    int control; // the stand-in waits here for its post, and takes orders afterwards
};

// What a stand-in stands for.
struct post {
    const char *space; // the namespace of the container's name; NULL = not needed, since it follows no network
    const char *container;
    const char *exec; // for the first process, the container's id
    bool terminal;
    bool reports; // whether it reports when the container runs out of memory: STANDIN_OOM on its control socket
    const char *network; // the network namespace that it lives in; empty = a new one, NULL = that of its parent
    bool shares_network; // another stand-in lives there and follows its changes
    const char *resolv_conf; // its file on this host, which may name nameservers in that namespace; NULL = none
    char *const *ports;
    unsigned port_count;
};

#define STANDIN_OOM "oom"

// The standard streams of a stand-in: descriptors, of which it gets copies.
struct streams {
    int fd[3];
    int held; // a writer of its input, which it closes when it is ordered to; -1 = none
};

// Starts a stand-in for a command, which waits for its post. Ends this process if that fails.
//   console  the path of the socket that gets the master of its terminal; NULL = none
//   session  whether it leaves the session and the terminal of its parent
struct standin standin_start(const char *console, bool session);

// Starts a stand-in that ends with its parent. Returns false with errno if that fails.
bool standin_keep(struct standin *standin, const struct streams *streams);

// Gives it its post. Returns NULL when it is there, or why it cannot be; then it has ended. Waits only for a network.
const char *standin_post(const struct standin *standin, const struct post *post);

// Orders to a stand-in that has its post. They do not wait.
//   all  whether every process of the container gets the signal
void standin_signal(const struct standin *standin, int signal, bool all);
void standin_resize(const struct standin *standin, unsigned rows, unsigned columns);
void standin_close_input(const struct standin *standin);

// The engine has made its network. If its resolv.conf on this host names nameservers on the loopback there, they answer
// the VM's programs from now on. Returns when that is prepared, before the network is connected. NULL = it has none.
void standin_serve_names(const struct standin *standin, const char *resolv_conf);

// Ends a stand-in that has no post.
void standin_cancel(const struct standin *standin);

#endif
