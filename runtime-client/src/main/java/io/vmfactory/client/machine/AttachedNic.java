package io.vmfactory.client.machine;

/**
 * A network interface of a VM.
 *
 * @param guestMac the present MAC address of the guest's end, by which the guest knows it
 */
public record AttachedNic(String guestMac) {}
