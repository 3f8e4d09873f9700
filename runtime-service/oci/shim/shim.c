#include "shim.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "annotation.h"
#include "events.h"
#include "keeper.h"
#include "message.h"
#include "report.h"
#include "rootfs.h"
#include "service.h"
#include "socket.h"

#define NAME "io.containerd.vmfactory.v2"
#define VERSION "0.1.0"
#define SCHEME "unix://"
#define CONTAINERD "/run/containerd/containerd.sock"

// containerd gives `delete` 5 seconds; it asks the keeper, and perhaps the service.
#define DELETE_SECONDS 2
#define KILLED 137

static struct {
    const char *space, *address, *publisher, *id, *bundle, *socket;
    bool debug, version, info;
} given;

static const struct {
    const char *name;
    const char **value;
    bool *flag;
} flags[] = {
    {"namespace", &given.space, NULL},  {"address", &given.address, NULL}, {"publish-binary", &given.publisher, NULL},
    {"id", &given.id, NULL},            {"bundle", &given.bundle, NULL},   {"socket", &given.socket, NULL},
    {"debug", NULL, &given.debug},      {"v", NULL, &given.version},       {"info", NULL, &given.info},
};

bool shim_is_meant(const char *program) {
    const char *name = strrchr(program, '/');
    name = name == NULL ? program : name + 1;
    return strncmp(name, "containerd-shim-", strlen("containerd-shim-")) == 0;
}

// Reads a flag as Go's programs do: one dash or two, the value after "=" or as the next word. Returns the next word.
static char **read_flag(char **words) {
    const char *word = *words + (words[0][1] == '-' ? 2 : 1);
    size_t length = strcspn(word, "=");
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (strlen(flags[i].name) != length || strncmp(word, flags[i].name, length) != 0) continue;
        if (flags[i].flag != NULL) {
            *flags[i].flag = strcmp(word + length, "=false") != 0;
            return words + 1;
        }
        *flags[i].value = word[length] == '=' ? word + length + 1 : words[1];
        if (*flags[i].value == NULL) stop("%s needs a value", *words);
        return words + (word[length] == '=' ? 1 : 2);
    }
    stop("there is no option %s", *words);
}

static void require(const char *value, const char *flag) {
    if (value == NULL || *value == '\0') stop("-%s is missing", flag);
}

// Names the namespace of the containers in the service: containerd's, and which containerd if it is not the usual one.
static void name_space(char space[128]) {
    if (strcmp(given.address, CONTAINERD) == 0) {
        snprintf(space, 128, "containerd.%s", given.space);
    } else {
        snprintf(space, 128, "containerd-%08x.%s", text_hash(given.address), given.space);
    }
}

static const char *bundle_of(char folder[PATH_MAX]) {
    if (realpath(given.bundle == NULL ? "." : given.bundle, folder) == NULL) stop_errno("cannot find the bundle");
    return folder;
}

// --- start

// Returns a listening socket with a new name in the folder "s" beside containerd's socket.
static int listen_at(struct sockaddr_un *address) {
    const char *end = strrchr(given.address, '/');
    if (end == NULL) stop("-address %s is not the path of a socket", given.address);
    int folder_length = (int)(end - given.address);
    char *name = random_text();
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    int length = snprintf(address->sun_path, sizeof address->sun_path, "%.*s/s", folder_length, given.address);
    if (length >= (int)sizeof address->sun_path) stop("the folder of %s is too long for a socket", given.address);
    mkdir(address->sun_path, 0711);
    length = snprintf(address->sun_path, sizeof address->sun_path, "%.*s/s/%s", folder_length, given.address, name);
    if (length >= (int)sizeof address->sun_path) stop("the folder of %s is too long for a socket", given.address);
    free(name);
    umask(0177);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)address, sizeof *address) < 0 || listen(fd, 128) < 0) {
        stop_errno("cannot listen on %s", address->sun_path);
    }
    umask(022);
    return fd;
}

// containerd reads the address from this file when it starts again.
static void write_address(const char *bundle, const char *socket) {
    char part[PATH_MAX + 16], file[PATH_MAX + 16];
    snprintf(part, sizeof part, "%s/.address", bundle);
    snprintf(file, sizeof file, "%s/address", bundle);
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || dprintf(fd, SCHEME "%s", socket) < 0 || close(fd) < 0 || rename(part, file) < 0) {
        stop_errno("cannot write %s", file);
    }
}

static bool read_address(const char *bundle, char socket[PATH_MAX]) {
    char file[PATH_MAX + 16], text[PATH_MAX] = {0};
    snprintf(file, sizeof file, "%s/address", bundle);
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return false;
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    if (got < (ssize_t)strlen(SCHEME) || strncmp(text, SCHEME, strlen(SCHEME)) != 0) return false;
    strcpy(socket, text + strlen(SCHEME));
    return true;
}

// If memory runs out, the kernel kills a keeper rather than containerd.
static void prefer_containerd(void) {
    char path[64];
    int score;
    snprintf(path, sizeof path, "/proc/%d/oom_score_adj", (int)getppid());
    FILE *file = fopen(path, "re");
    if (file == NULL) return;
    bool known = fscanf(file, "%d", &score) == 1;
    fclose(file);
    file = fopen("/proc/self/oom_score_adj", "we");
    if (file == NULL) return;
    if (known && score < 1000) fprintf(file, "%d", score + 1);
    fclose(file);
}

// containerd waits until all copies of its pipes are closed, and reads the keeper's messages from a FIFO.
static void leave_containerd(const char *bundle, int listener) {
    char log[PATH_MAX + 16];
    setsid();
    snprintf(log, sizeof log, "%s/log", bundle);
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    int messages = open(log, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    dup2(nowhere, 0);
    dup2(nowhere, 1);
    dup2(messages < 0 ? nowhere : messages, 2);
    for (int fd = 3; fd < 1024; fd++) {
        if (fd != listener) close(fd);
    }
    if (chdir("/") < 0) _exit(1);
}

static void keep(int listener, const struct sockaddr_un *address, const char *bundle) {
    static char socket[sizeof address->sun_path], space[128], events[PATH_MAX];
    const char *ttrpc = getenv("TTRPC_ADDRESS");
    strcpy(socket, address->sun_path);
    name_space(space);
    if (ttrpc != NULL && *ttrpc != '\0') {
        snprintf(events, sizeof events, "%s", ttrpc);
    } else {
        snprintf(events, sizeof events, "%s.ttrpc", given.address);
    }
    prefer_containerd();
    leave_containerd(bundle, listener);
    const struct keeper_order order = {listener, socket, events, given.space, space};
    keeper_run(&order);
}

// Returns whether the container belongs to another one's keeper, which has this socket: CRI names the first container of
// a pod, and ctr's users any one, by its id.
static bool belongs(const char *bundle, char socket[PATH_MAX]) {
    static const char *const names[] = {"io.containerd.runc.v2.group", "io.kubernetes.cri.sandbox-id"};
    char path[PATH_MAX + 128];
    struct bytes json = {0};
    snprintf(path, sizeof path, "%s/config.json", bundle);
    bytes_file(&json, path);
    bytes_add(&json, "", 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *id = annotation_in((const char *)json.at, names[i]);
        if (id == NULL || *id == '\0' || strcmp(id, given.id) == 0) continue;
        snprintf(path, sizeof path, "%.*s/%.76s", (int)(strrchr(bundle, '/') - bundle), bundle, id);
        bool found = strchr(id, '/') == NULL && *id != '.' && read_address(path, socket);
        int fd = found ? socket_connect(socket, 0) : -1;
        if (fd < 0) stop("annotations[\"%s\"]: container %.76s does not exist or has ended; start it first", names[i], id);
        close(fd);
        return true;
    }
    return false;
}

static int start(void) {
    char folder[PATH_MAX], other[PATH_MAX];
    struct sockaddr_un address;
    const char *bundle = bundle_of(folder);
    if (belongs(bundle, other)) {
        write_address(bundle, other);
        printf(SCHEME "%s", other);
        return 0;
    }
    int listener = listen_at(&address);
    write_address(bundle, address.sun_path);
    pid_t pid = fork();
    if (pid < 0) stop_errno("cannot make a process");
    if (pid == 0) keep(listener, &address, bundle);
    printf(SCHEME "%s", address.sun_path);
    return 0;
}

// --- delete

static int limited(int fd) {
    struct timeval limit = {.tv_sec = DELETE_SECONDS};
    if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return fd;
}

// Lets the keeper remove the container. Returns false if there is no keeper any more.
static bool removed_by_keeper(const char *path) {
    int fd = limited(socket_connect(path, 0));
    if (fd < 0) return false;
    struct bytes reply, request = {0};
    put_text(&request, 1, given.id);
    put_number(&request, 2, true);
    return ttrpc_call(fd, "containerd.task.v2.Task", "Shutdown", &request, DELETE_SECONDS, &reply) == 0;
}

static void removed_by_service(void) {
    char space[128];
    struct bytes reply, request;
    int fd = limited(socket_connect(service_socket(), 0));
    if (fd < 0) return; // the next service finds that the keeper has ended
    name_space(space);
    request = request_for(space, given.id);
    put_number(&request, 3, true);
    service_try(fd, "DeleteContainer", &request, DELETE_SECONDS, &reply);
}

// Removes what a keeper that was killed has left.
static void sweep(const char *bundle, const char *socket) {
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", given.address);
    char *end = strrchr(folder, '/');
    if (end != NULL) strcpy(end, "/s/");
    if (*socket != '\0' && strncmp(socket, folder, strlen(folder)) == 0 && strstr(socket, "/../") == NULL) unlink(socket);
    rootfs_unmount(bundle);
}

static int delete(void) {
    char folder[PATH_MAX], socket[PATH_MAX] = "";
    struct bytes answer = {0};
    struct timespec now;
    const char *bundle = bundle_of(folder);
    bool known = read_address(bundle, socket);
    if (!known || !removed_by_keeper(socket)) {
        removed_by_service();
        sweep(bundle, socket);
    }
    clock_gettime(CLOCK_REALTIME, &now);
    put_number(&answer, 2, KILLED);
    put_time(&answer, 3, &now);
    fwrite(answer.at, 1, answer.length, stdout);
    return 0;
}

// --- -info

static int info(void) {
    struct bytes answer = {0}, version = {0};
    put_text(&version, 1, VERSION);
    put_text(&answer, 1, NAME);
    put_message(&answer, 2, &version);
    fwrite(answer.at, 1, answer.length, stdout);
    return 0;
}

int shim_run(char **words) {
    while (*words != NULL && **words == '-' && words[0][1] != '\0') words = read_flag(words);
    if (given.info) return info();
    if (given.version) {
        printf("containerd-shim-vmfactory-v2:\n  Version:  " VERSION "\n");
        return 0;
    }
    if (*words == NULL) stop("a verb is missing: start or delete");
    require(given.id, "id");
    require(given.space, "namespace");
    require(given.address, "address");
    if (strcmp(*words, "start") == 0) return start();
    if (strcmp(*words, "delete") == 0) return delete();
    stop("there is no verb %s: it is start or delete", *words);
}
