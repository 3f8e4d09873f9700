package io.vmfactory.client.sandbox;

import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.configs.QemuConfig;
import io.vmfactory.guest.oci.ResourceLimits;
import io.vmfactory.vmm.Sizing;
import org.jspecify.annotations.Nullable;

/**
 * The size of the VM that a container with limits needs: its memory and what the guest itself
 * needs, and as many vCPUs as it may use at once. A container without limits, and one that fits
 * into a VM of the configured size, gets that size, so that it can have a warm VM.
 *
 * @param configured the configured size
 * @param most the configured maximum
 */
public record VmSizes(QemuConfig.Size configured, QemuConfig.Size most) {
  /** What the guest's kernel and agent take. */
  private static final long GUEST_MIB = 64;

  /** The guest's kernel needs this part of the memory for its tables: one 50th. */
  private static final long TABLES = 50;

  private static final long DEFAULT_PERIOD = 100_000;

  /** Returns the sizes of a configuration. */
  public static VmSizes of(QemuConfig qemu) {
    return new VmSizes(qemu.defaultSize(), qemu.maxSize());
  }

  /**
   * Returns the size that limits ask for; 0 for the configured number of vCPUs or memory.
   *
   * @throws SandboxException INVALID if it exceeds the configured maximum
   */
  public Sizing of(ResourceLimits limits) {
    return new Sizing(vcpus(limits), memoryMib(limits));
  }

  private int memoryMib(ResourceLimits limits) {
    long limit = set(limits.memoryBytes());
    if (limit == 0) {
      return 0;
    }
    long needed = (limit >> 20) + (limit >> 20) / TABLES + GUEST_MIB;
    if (needed <= configured.memoryMib()) {
      return 0;
    }
    if (needed > most.memoryMib()) {
      throw new SandboxException(
          Reason.INVALID,
          "linux.resources.memory.limit: %d MiB need a VM with %d MiB, and a VM has at most %d MiB (default_maxmemory in the configuration)"
              .formatted(limit >> 20, needed, most.memoryMib()));
    }
    long blocks = (needed - 1) / Sizing.MEMORY_BLOCK_MIB + 1;
    return (int) Math.min(blocks * Sizing.MEMORY_BLOCK_MIB, most.memoryMib());
  }

  private int vcpus(ResourceLimits limits) {
    long quota = set(limits.cpuQuotaMicros());
    long period = set(limits.cpuPeriodMicros());
    if (quota == 0) {
      return 0;
    }
    long needed = (quota - 1) / (period == 0 ? DEFAULT_PERIOD : period) + 1;
    if (needed > most.vcpus()) {
      throw new SandboxException(
          Reason.INVALID,
          "linux.resources.cpu.quota: it allows %d CPUs, and a VM has at most %d (default_maxvcpus in the configuration)"
              .formatted(needed, most.vcpus()));
    }
    return needed <= configured.vcpus() ? 0 : (int) needed;
  }

  private static long set(@Nullable Long limit) {
    return limit == null || limit < 0 ? 0 : limit;
  }
}
