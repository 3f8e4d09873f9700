package io.vmfactory.vmm;

import io.vmfactory.linux.MemoryFile;
import java.time.Duration;
import java.util.List;

/**
 * A VM at one moment: what a clone of it starts from. It holds open files until it is closed;
 * clones that have started need it no longer.
 */
public final class VmSnapshot implements AutoCloseable {
  private final VmSpec spec;
  private final MemoryFile memory;
  private final byte[] deviceState;
  private final List<FrozenDrive> drives;
  private final long writtenBytes;
  private final Duration pause;

  /**
   * Makes a snapshot, which owns {@code memory} and {@code drives}.
   *
   * @param spec the VM's devices and sizes
   * @param memory its RAM, sealed
   * @param deviceState its device state, without RAM; not copied
   * @param drives what its slots held
   * @param writtenBytes bytes in the pages that the VM had written since it was made
   * @param pause how long its CPUs stood still
   */
  public VmSnapshot(
      VmSpec spec,
      MemoryFile memory,
      byte[] deviceState,
      List<FrozenDrive> drives,
      long writtenBytes,
      Duration pause) {
    this.spec = spec;
    this.memory = memory;
    this.deviceState = deviceState;
    this.drives = List.copyOf(drives);
    this.writtenBytes = writtenBytes;
    this.pause = pause;
  }

  /** Returns the VM's devices and sizes. */
  public VmSpec spec() {
    return spec;
  }

  /** Returns the VM's RAM. */
  public MemoryFile memory() {
    return memory;
  }

  /** Returns the device state; the caller must not change it. */
  public byte[] deviceState() {
    return deviceState;
  }

  /** Returns what the slots of the VM held. */
  public List<FrozenDrive> drives() {
    return drives;
  }

  /** Returns the bytes in the pages that the VM had written since it was made. */
  public long writtenBytes() {
    return writtenBytes;
  }

  /** Returns how long the VM's CPUs stood still. */
  public Duration pause() {
    return pause;
  }

  @Override
  public void close() {
    drives.forEach(FrozenDrive::close);
    VmmException.translate(
        () -> {
          memory.close();
          return memory;
        });
  }
}
