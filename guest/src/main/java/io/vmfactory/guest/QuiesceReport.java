package io.vmfactory.guest;

/**
 * What a guest reports when it has been quiesced.
 *
 * @param zeroedKib free memory overwritten with zeros, in KiB
 * @param usedKib memory that the guest still uses, in KiB
 * @param possibleCpus how many CPUs its kernel can have, plugged ones included
 */
public record QuiesceReport(long zeroedKib, long usedKib, int possibleCpus) {}
