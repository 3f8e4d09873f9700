#ifndef VMFACTORY_UEVENT_H
#define VMFACTORY_UEVENT_H

// Announces the kernel's device events. A listener learns only that some device changed. It reads from
// /sys which devices exist now.
struct uevent_listener {
    void (*changed)(struct uevent_listener *self);
    struct uevent_listener *next;
};

void uevent_start(void);

// While changed runs, it may remove any listener, also its own.
void uevent_listen(struct uevent_listener *listener);
void uevent_ignore(struct uevent_listener *listener);

// Calls every listener.
void uevent_announce(void);

#endif
