package io.vmfactory.vmm.groups;

import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Sizing;

/**
 * What one VM may take of the host. The limits do not make a VM smaller than it is: a QEMU that
 * works as intended never reaches them. They stop one that its guest has taken over.
 *
 * @param memoryBytes memory that is charged to the VM
 * @param tasks processes and threads
 * @param vcpus share of the CPUs if they are busy: so many times that of one vCPU
 */
public record GroupLimits(long memoryBytes, int tasks, int vcpus) {
  private static final long MIB = 1 << 20;

  /** QEMU's own memory in MiB, several times what was measured (ADR 0037). */
  static final long OVERHEAD_MIB = 320;

  /** The kernel's tables for a guest's memory take 1/512 of it, and once more under KVM. */
  private static final int TABLES = 64;

  /** QEMU has at most 64 threads for files, one for each vCPU, and a few others. */
  private static final int THREADS = 160;

  /** Returns the limits of a VM that is about to start. */
  public static GroupLimits of(Launch launch) {
    return of(launch.spec().boot(), launch.ram() instanceof GuestRam.CopyOnWrite);
  }

  /**
   * Returns the limits of a VM.
   *
   * @param clone whether it reads the memory of a template or snapshot. Each page of that memory is
   *     charged to the first VM that touches it, in addition to the VM's own copy
   */
  static GroupLimits of(Sizing size, boolean clone) {
    long guest = bytes(size.memoryMib());
    return new GroupLimits(
        (clone ? 2 * guest : guest) + OVERHEAD_MIB * MIB, THREADS + 2 * size.vcpus(), size.vcpus());
  }

  /** Returns what a guest's memory takes of the host at most, in bytes. */
  public static long bytes(int memoryMib) {
    return memoryMib * MIB + memoryMib * MIB / TABLES;
  }
}
