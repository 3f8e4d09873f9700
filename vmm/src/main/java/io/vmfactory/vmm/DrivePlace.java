package io.vmfactory.vmm;

import java.nio.file.Path;

/**
 * A drive that a VM has.
 *
 * @param id names it within its VM, until it is detached
 * @param file what is in it
 * @param mode how that is used
 * @param guestDevice what the guest knows it by: {@code /dev/vda} and so on for a slot; the PCI
 *     path {@code 03/00}, the slot of its port and its own, for a device that was hot-plugged
 * @param hotPlugged whether no slot of its kind was free
 */
public record DrivePlace(
    String id, Path file, DriveMode mode, String guestDevice, boolean hotPlugged) {}
