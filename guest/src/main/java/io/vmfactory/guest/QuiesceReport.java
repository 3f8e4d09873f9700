package io.vmfactory.guest;

/**
 * What quiescing did.
 *
 * @param zeroedKib free memory overwritten with zeros, KiB
 * @param usedKib what the guest still holds, KiB
 */
public record QuiesceReport(long zeroedKib, long usedKib) {}
