package io.vmfactory.factory.app;

/**
 * Memory of one VM process, KiB, as proc(5) defines the terms.
 *
 * @param privateKib private clean + private dirty
 * @param sharedKib shared clean + shared dirty
 * @param pssKib proportional set size
 * @param guestPrivateKib the private part of the mapping that is guest RAM
 */
public record VmMemory(long privateKib, long sharedKib, long pssKib, long guestPrivateKib) {}
