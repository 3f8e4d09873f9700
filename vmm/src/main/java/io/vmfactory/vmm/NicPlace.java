package io.vmfactory.vmm;

/**
 * A connected network interface of a VM.
 *
 * @param name name of the host's end in its network namespace
 * @param guestDevice name of the guest's end, unless the guest renames it
 * @param guestMac the MAC address at start, the same in every VM
 */
public record NicPlace(String name, String guestDevice, String guestMac) {}
