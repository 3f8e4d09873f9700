#include "serial.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>

#include "channel.h"
#include "file.h"
#include "log.h"
#include "uevent.h"

#define PORTS "/sys/class/virtio-ports"

static struct uevent_listener listener;
static bool serving[SERIAL_PORTS];
static unsigned lacking = SERIAL_PORTS;

// Returns the number of the agent's port, or -1 if the device is another port.
static int port_of(const char *device) {
    char path[320], name[64], rest;
    int number;
    snprintf(path, sizeof path, PORTS "/%.255s/name", device);
    if (file_read(path, name, sizeof name) < 0) return -1;
    if (sscanf(name, SERIAL_PORT "%d%c", &number, &rest) != 1) return -1;
    return number >= 0 && number < SERIAL_PORTS ? number : -1;
}

static void look_at(const char *device, void *context) {
    (void)context;
    char path[320];
    int number = port_of(device);
    if (number < 0 || serving[number]) return;
    snprintf(path, sizeof path, "/dev/%.255s", device);
    int fd = file_open(path, O_RDWR | O_NONBLOCK);
    if (fd < 0) {
        log_error("cannot open %s: %m", path);
        return;
    }
    serving[number] = true;
    lacking--;
    channel_open(fd, CHANNEL_PORT);
    log_info("serving on " SERIAL_PORT "%d", number);
}

static void look(struct uevent_listener *self) {
    file_list(PORTS, look_at, NULL);
    if (lacking == 0) uevent_ignore(self);
}

void serial_start(void) {
    listener.changed = look;
    uevent_listen(&listener);
    look(&listener);
}
