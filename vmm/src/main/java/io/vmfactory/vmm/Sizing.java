package io.vmfactory.vmm;

/**
 * CPUs and memory of a VM, or a difference of two such.
 *
 * @param vcpus number of virtual CPUs
 * @param memoryMib guest RAM in MiB
 */
public record Sizing(int vcpus, int memoryMib) {
  /**
   * Guest memory is hot-plugged in blocks of this size (x86-64 Linux: /sys/devices/system/memory).
   */
  public static final int MEMORY_BLOCK_MIB = 128;

  /** What {@code wanted} has more than this; never negative in a component. */
  public Sizing shortOf(Sizing wanted) {
    return new Sizing(Math.max(0, wanted.vcpus - vcpus), Math.max(0, wanted.memoryMib - memoryMib));
  }

  /** Both together. */
  public Sizing plus(Sizing other) {
    return new Sizing(vcpus + other.vcpus, memoryMib + other.memoryMib);
  }

  /** The same with memory rounded up to whole blocks. */
  public Sizing inBlocks() {
    return new Sizing(
        vcpus, (memoryMib + MEMORY_BLOCK_MIB - 1) / MEMORY_BLOCK_MIB * MEMORY_BLOCK_MIB);
  }

  /** Whether there is nothing in it. */
  public boolean isZero() {
    return vcpus == 0 && memoryMib == 0;
  }
}
