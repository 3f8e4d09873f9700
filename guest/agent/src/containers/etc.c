#include "etc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "../generation.h"
#include "../need.h"
#include "../sandbox/sandbox.h"

static const char *const names[ETC_MOST] = {"hosts", "hostname", "resolv.conf"};

static const char hosts[] =
    "127.0.0.1\tlocalhost\n"
    "::1\tlocalhost ip6-localhost ip6-loopback\n"
    "fe00::0\tip6-localnet\n"
    "ff00::0\tip6-mcastprefix\n"
    "ff02::1\tip6-allnodes\n"
    "ff02::2\tip6-allrouters\n"
    "127.0.0.1\t%s\n";

// Returns whether a mount of the spec covers the path: it is mounted there or at a folder above it.
static bool covers(const char *destination, const char *path) {
    size_t length = strlen(destination);
    while (length > 1 && destination[length - 1] == '/') length--;
    return length > 1 && strncmp(destination, path, length) == 0
        && (path[length] == '\0' || path[length] == '/');
}

bool etc_is_covered(const Grpc__Spec *spec, const char *path) {
    for (size_t i = 0; i < spec->n_mounts; i++) {
        if (covers(spec->mounts[i]->destination, path)) return true;
    }
    return false;
}

static bool is_read_only(const Grpc__Storage *storage) {
    for (size_t i = 0; i < storage->n_options; i++) {
        if (strcmp(storage->options[i], "ro") == 0) return true;
    }
    return false;
}

static bool root_is_read_only(const Grpc__CreateContainerRequest *request) {
    for (size_t i = 0; i < request->n_storages; i++) {
        const Grpc__Storage *storage = request->storages[i];
        if (strcmp(storage->mount_point, request->oci->root->path) == 0) return is_read_only(storage);
    }
    return false;
}

static void add(struct etc *etc, Grpc__Spec *spec, const char *id, size_t i) {
    static char *options[] = {"bind", "rprivate", "ro"};
    static char *const destinations[ETC_MOST] = {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf"};
    if (etc_is_covered(spec, destinations[i])) return;
    Grpc__Mount *mount = &etc->mounts[i];
    grpc__mount__init(mount);
    snprintf(etc->sources[i], sizeof etc->sources[i], SANDBOX_DIR "/%s/%s", id, names[i]);
    mount->destination = destinations[i];
    mount->source = etc->sources[i];
    mount->type = "bind";
    mount->options = options;
    mount->n_options = spec->root->readonly ? 3 : 2;
    spec->mounts[spec->n_mounts++] = mount;
}

// Returns the mount that the generation would lie in, or NULL for the root.
static const Grpc__Mount *mount_of_generation(const Grpc__Spec *spec) {
    for (size_t i = spec->n_mounts; i > 0; i--) {
        if (covers(spec->mounts[i - 1]->destination, GENERATION_FILE)) return spec->mounts[i - 1];
    }
    return NULL;
}

static bool has_place_for_generation(const Grpc__Spec *spec, bool read_only) {
    const Grpc__Mount *above = mount_of_generation(spec);
    if (above == NULL) return !read_only;
    return strcmp(above->type, "tmpfs") == 0 && !covers(GENERATION_FOLDER, above->destination);
}

static void add_generation(struct etc *etc, Grpc__Spec *spec) {
    static char *options[] = {"bind", "rprivate", "ro", "nosuid", "nodev", "noexec"};
    Grpc__Mount *mount = &etc->mounts[ETC_MOST];
    grpc__mount__init(mount);
    mount->destination = mount->source = GENERATION_FILE;
    mount->type = "bind";
    mount->options = options;
    mount->n_options = sizeof options / sizeof *options;
    spec->mounts[spec->n_mounts++] = mount;
}

void etc_add(struct etc *etc, Grpc__Spec *spec, const Grpc__CreateContainerRequest *request) {
    bool read_only = root_is_read_only(request);
    bool shows_generation = access(GENERATION_FILE, F_OK) == 0 && has_place_for_generation(spec, read_only);
    *etc = (struct etc){.all = need(calloc(spec->n_mounts + ETC_MOST + 1, sizeof *etc->all))};
    if (spec->n_mounts > 0) memcpy(etc->all, spec->mounts, spec->n_mounts * sizeof *etc->all);
    spec->mounts = etc->all;
    if (shows_generation) add_generation(etc, spec);
    if (read_only) return;
    size_t n = access(SANDBOX_RESOLV_CONF, F_OK) == 0 ? ETC_MOST : ETC_MOST - 1;
    for (size_t i = 0; i < n; i++) add(etc, spec, request->container_id, i);
}

void etc_free(struct etc *etc) { free(etc->all); }

static FILE *make(const char *folder, const char *name) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    return fd < 0 ? NULL : fdopen(fd, "w");
}

static bool end(FILE *file) { return file != NULL && fclose(file) == 0; }

static bool copy_resolv_conf(const char *folder) {
    int from = open(SANDBOX_RESOLV_CONF, O_RDONLY | O_CLOEXEC);
    if (from < 0) return errno == ENOENT;
    FILE *file = make(folder, names[2]);
    bool copied = file != NULL;
    ssize_t sent = copied ? 1 : 0;
    while (sent > 0) sent = sendfile(fileno(file), from, NULL, 65536);
    close(from);
    return end(file) && copied && sent == 0;
}

bool etc_write(const char *folder, const char *hostname) {
    FILE *file = make(folder, names[0]);
    if (file != NULL) fprintf(file, hosts, hostname);
    if (!end(file)) return false;
    file = make(folder, names[1]);
    if (file != NULL) fprintf(file, "%s\n", hostname);
    return end(file) && copy_resolv_conf(folder);
}
