#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "log.h"
#include "module.h"

#define MODULES "/lib/modules"
#define CGROUPS "/sys/fs/cgroup"
#define OPEN_FILES "1073741816"

// Containers need pivot_root, which cannot leave the kernel's own root, where the image lies. So this
// mounts the same files over it; nothing is copied.
static void leave_first_root(void) {
    if (mount("/", "/run", NULL, MS_BIND, NULL) < 0 || chdir("/run") < 0
        || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0) {
        log_error("cannot mount the root over itself, so containers will not start: %m");
    }
    if (chdir("/") < 0) log_error("cannot enter the root directory: %m");
}

static void mount_at(const char *type, const char *target, unsigned long flags, const char *data) {
    mkdir(target, 0755);
    if (mount(type, target, type, flags, data) < 0 && errno != EBUSY) {
        log_error("cannot mount %s: %m", target);
    }
}

// The image has no device nodes, so the first three descriptors are opened from devtmpfs.
static void open_standard_descriptors(void) {
    int fd = open("/dev/console", O_RDWR);
    if (fd < 0) fd = open("/dev/null", O_RDWR);
    for (int i = 0; i <= STDERR_FILENO && fd >= 0; i++) dup2(fd, i);
    if (fd > STDERR_FILENO) close(fd);
}

// Enables every controller for the children of a control group.
static void delegate(const char *group) {
    char controllers[256], line[512] = "", path[64];
    snprintf(path, sizeof path, "%s/cgroup.controllers", group);
    if (file_read(path, controllers, sizeof controllers) < 0) controllers[0] = '\0';
    char *rest, *name = strtok_r(controllers, " ", &rest);
    for (; name != NULL; name = strtok_r(NULL, " ", &rest)) {
        size_t length = strlen(line);
        snprintf(line + length, sizeof line - length, "+%s ", name);
    }
    snprintf(path, sizeof path, "%s/cgroup.subtree_control", group);
    if (file_set(path, line) < 0) log_error("cannot write %s: %m", path);
}

static void init_cgroups(void) {
    mkdir(CGROUPS "/vmfactory", 0755);
    delegate(CGROUPS);
    delegate(CGROUPS "/vmfactory");
}

// Lets containers ask for as many open files as any kernel allows: their limits may come from a host that allows
// more than this kernel does at first.
static void raise_open_files(void) {
    if (file_set("/proc/sys/fs/nr_open", OPEN_FILES) < 0) log_error("cannot raise fs.nr_open: %m");
}

void init_mounts(void) {
    const unsigned long plain = MS_NOSUID | MS_NOEXEC | MS_NODEV;
    leave_first_root();
    mount_at("devtmpfs", "/dev", MS_NOSUID, "mode=0755");
    open_standard_descriptors();
    mount_at("proc", "/proc", plain, NULL);
    mount_at("sysfs", "/sys", plain, NULL);
    mount_at("tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=0755");
    mount_at("tmpfs", "/tmp", MS_NOSUID | MS_NODEV, "mode=1777");
    mount_at("cgroup2", CGROUPS, plain, NULL);
    mount_at("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "mode=0620,gid=5,ptmxmode=0666");
    mount_at("tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777");
    mount_at("mqueue", "/dev/mqueue", plain, NULL);
    init_cgroups();
    raise_open_files();
    mkdir("/etc", 0755);
    mkdir("/run/vmfactory", 0755);
}

void init_modules(void) {
    char order[4096];
    if (file_read(MODULES "/order", order, sizeof order) < 0) {
        log_error("cannot read the list of modules: %m");
        return;
    }
    char *rest;
    for (char *line = strtok_r(order, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        if (module_load(line, "") < 0) log_error("cannot load module %s: %m", line);
    }
}

void init_loopback(void) {
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0) log_error("cannot bring lo up: %m");
    if (fd >= 0) close(fd);
}
