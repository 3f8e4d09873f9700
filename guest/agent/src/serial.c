#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "channel.h"
#include "file.h"
#include "log.h"
#include "transport.h"
#include "uevent.h"

#define PORTS "/sys/class/virtio-ports"

static struct uevent_listener listener;

static void look_at(const char *device, void *context) {
    char path[320], name[64];
    snprintf(path, sizeof path, PORTS "/%.255s/name", device);
    if (file_read(path, name, sizeof name) < 0 || strcmp(name, SERIAL_PORT) != 0) return;
    snprintf(path, sizeof path, "/dev/%.255s", device);
    int *fd = context;
    *fd = file_open(path, O_RDWR | O_NONBLOCK);
    if (*fd < 0) log_error("cannot open %s: %m", path);
}

static void look(struct uevent_listener *self) {
    int fd = -1;
    if (!file_list(PORTS, look_at, &fd) || fd < 0) return;
    uevent_ignore(self);
    channel_open(fd, CHANNEL_PORT);
    log_info("serving on %s", SERIAL_PORT);
}

void serial_start(void) {
    listener.changed = look;
    uevent_listen(&listener);
    look(&listener);
}
