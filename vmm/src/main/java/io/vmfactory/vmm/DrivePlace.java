package io.vmfactory.vmm;

/**
 * A drive that a VM has.
 *
 * @param id name of the drive within its VM, valid until the drive is detached
 * @param mode how its file is used
 * @param guestDevice the drive's name in the guest: {@code /dev/vda} and so on for a slot; for a
 *     hot-plugged device the PCI path {@code 03/00}, which is the slot of its port and its own slot
 * @param hotPlugged whether the drive is a device of its own, because no slot of its kind was free
 */
public record DrivePlace(String id, DriveMode mode, String guestDevice, boolean hotPlugged) {}
