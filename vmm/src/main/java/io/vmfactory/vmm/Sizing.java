package io.vmfactory.vmm;

/**
 * CPUs and memory of a VM, or the difference between two sizings.
 *
 * @param vcpus number of virtual CPUs
 * @param memoryMib guest RAM in MiB
 */
public record Sizing(int vcpus, int memoryMib) {
  /**
   * Guest memory is hot-plugged in blocks of this size (x86-64 Linux: /sys/devices/system/memory).
   */
  public static final int MEMORY_BLOCK_MIB = 128;

  /** Returns what {@code wanted} has more than this; no component is negative. */
  public Sizing shortOf(Sizing wanted) {
    return new Sizing(Math.max(0, wanted.vcpus - vcpus), Math.max(0, wanted.memoryMib - memoryMib));
  }

  /** Returns the sum of both. */
  public Sizing plus(Sizing other) {
    return new Sizing(vcpus + other.vcpus, memoryMib + other.memoryMib);
  }

  /** Returns this sizing with its memory rounded up to whole blocks. */
  public Sizing inBlocks() {
    return new Sizing(
        vcpus, (memoryMib + MEMORY_BLOCK_MIB - 1) / MEMORY_BLOCK_MIB * MEMORY_BLOCK_MIB);
  }

  /** Returns whether both components are zero. */
  public boolean isZero() {
    return vcpus == 0 && memoryMib == 0;
  }
}
