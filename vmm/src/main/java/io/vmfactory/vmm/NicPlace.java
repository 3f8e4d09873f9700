package io.vmfactory.vmm;

/**
 * A connected network interface of a VM.
 *
 * @param name name of the host's end in its network namespace
 * @param guestDevice name of the guest's end, unless the guest renames it
 * @param guestMac the present MAC address of the guest's end
 */
public record NicPlace(String name, String guestDevice, String guestMac) {}
