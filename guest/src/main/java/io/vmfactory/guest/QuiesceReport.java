package io.vmfactory.guest;

/**
 * The result of quiescing a guest.
 *
 * @param zeroedKib free memory overwritten with zeros, in KiB
 * @param usedKib memory that the guest still uses, in KiB
 */
public record QuiesceReport(long zeroedKib, long usedKib) {}
