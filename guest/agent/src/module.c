#include "module.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "file.h"

#define MODULES "/lib/modules"

static bool is_loaded(const char *name) {
    char path[256];
    snprintf(path, sizeof path, "/sys/module/%.200s", name);
    for (char *at = path; (at = strchr(at, '-')) != NULL;) *at = '_'; // the kernel uses underscores
    int fd = file_open(path, O_PATH | O_DIRECTORY);
    if (fd >= 0) close(fd);
    return fd >= 0;
}

int module_load(const char *name, const char *parameters) {
    char path[256];
    bool is_name = *name != '\0' && *name != '.' && strchr(name, '/') == NULL;
    if (is_name && is_loaded(name)) return 0;
    snprintf(path, sizeof path, MODULES "/%.200s.ko", name);
    int fd = is_name ? file_open(path, O_RDONLY) : -1;
    if (fd < 0) {
        if (!is_name) errno = ENOENT;
        return -1;
    }
    int loaded = (int)syscall(SYS_finit_module, fd, parameters, 0);
    int error = errno;
    close(fd);
    errno = error;
    return loaded == 0 || error == EEXIST ? 0 : -1;
}
