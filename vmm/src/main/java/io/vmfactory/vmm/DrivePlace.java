package io.vmfactory.vmm;

/**
 * A drive that a VM has.
 *
 * @param id names it within its VM, until it is detached
 * @param mode how its file is used
 * @param guestDevice what the guest knows it by: {@code /dev/vda} and so on for a slot; the PCI
 *     path {@code 03/00}, the slot of its port and its own, for a device that was hot-plugged
 * @param hotPlugged whether no slot of its kind was free
 */
public record DrivePlace(String id, DriveMode mode, String guestDevice, boolean hotPlugged) {}
