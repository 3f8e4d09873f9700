package io.vmfactory.vmm;

/**
 * A network interface that a VM has and that is connected.
 *
 * @param name what the host's end is called in its network namespace
 * @param guestDevice what the guest calls its end, unless it was renamed there
 * @param guestMac the MAC it starts with, the same in every VM
 */
public record NicPlace(String name, String guestDevice, String guestMac) {}
