package io.vmfactory.factory.vm;

/**
 * Memory of one VM process, KiB, as proc(5) defines the terms.
 *
 * @param privateKib private clean + private dirty + private huge pages
 * @param sharedKib shared clean + shared dirty + shared huge pages
 * @param pssKib proportional set size
 * @param guestPrivateKib guest RAM that is this VM's own: anonymous pages, the copies that a clone
 *     made of its template's pages among them
 */
public record VmMemory(long privateKib, long sharedKib, long pssKib, long guestPrivateKib) {}
