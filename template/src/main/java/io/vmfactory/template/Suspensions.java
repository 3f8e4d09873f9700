package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSnapshot;
import java.util.List;

/**
 * Suspended VMs on disk. A VM is suspended when its record is written, and no more when the record
 * is removed: a snapshot without a record belongs to no VM. Thread-safe.
 */
public interface Suspensions {
  /** Name of the label that binds a snapshot to its lease, under the seal of its manifest. */
  String LEASE = "lease";

  /**
   * What is on disk.
   *
   * @param vms the suspended VMs
   * @param unreadable why some records cannot be read; each names its file
   */
  record Found(List<SuspendedVm> vms, List<String> unreadable) {
    public Found {
      vms = List.copyOf(vms);
      unreadable = List.copyOf(unreadable);
    }
  }

  /** Reads all records. */
  Found found();

  /**
   * Stores a snapshot, which stays the caller's. A failure leaves nothing.
   *
   * @param note has the label {@link #LEASE}, and the lease's user as owner
   * @param mostBytes most bytes of data that it may take on disk
   * @param laps gets "store" and "publish"
   * @throws TemplateException with reason {@code RESOURCES} if the disk is full, or it needs more
   */
  TemplateInfo store(
      VmSnapshot taken, SnapshotNote note, long mostBytes, Laps laps, Deadline deadline);

  /** Removes a snapshot that no record names. Does nothing if it is gone. */
  void discard(TemplateKey key);

  /** Writes the record of a VM, or replaces it in one step. It is on disk when this returns. */
  void record(SuspendedVm vm);

  /**
   * Makes the VM again: a clone of its snapshot, PAUSED. Verifies every byte of it first.
   *
   * @param laps gets "template", "spawn", "load" and "drives"
   * @throws TemplateException with reason {@code REFUSED} if the files are gone, altered, or do not
   *     fit this host
   */
  Vm restore(SuspendedVm vm, VmId id, VmFolder folder, Laps laps, Deadline deadline);

  /** Removes the record of a VM. It is gone from disk when this returns. */
  void forget(SuspendedVm vm);

  /** Removes the snapshots that no record needs. Removes none if a record cannot be read. */
  void sweep();
}
