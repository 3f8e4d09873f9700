#ifndef VMFACTORY_UEVENT_H
#define VMFACTORY_UEVENT_H

// The kernel's device events, as a reason to look again. A listener is told that something changed,
// not what: what is there, it reads from /sys.
struct uevent_listener {
    void (*changed)(struct uevent_listener *self);
    struct uevent_listener *next;
};

void uevent_start(void);

// A listener may stop any listener, itself too, while it is being told.
void uevent_listen(struct uevent_listener *listener);
void uevent_ignore(struct uevent_listener *listener);

// Tells every listener to look again.
void uevent_tell(void);

#endif
