package io.vmfactory.client.sandbox;

import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxRecord.State;
import io.vmfactory.client.sandbox.state.SandboxRecord.VmEntry;
import io.vmfactory.client.sandbox.state.SandboxStore;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.linux.PathLock;
import java.util.Optional;
import java.util.Set;

/** The record of one sandbox on disk and the lock that every change of it needs. */
final class SandboxStateLock {
  private final String id;
  private final SandboxStore store;

  SandboxStateLock(String id, SandboxStore store) {
    this.id = id;
    this.store = store;
  }

  String id() {
    return id;
  }

  /** Returns the current record. */
  SandboxRecord record() {
    return store.read(id).orElseThrow(this::gone);
  }

  /** Replaces the record. The caller holds the lock. */
  void write(SandboxRecord record) {
    store.write(record);
  }

  /** Removes the sandbox's folder with its record. The caller holds the lock. */
  void remove() {
    store.remove(id);
  }

  /** Locks the sandbox for a change, waiting for other processes. */
  PathLock lock(Deadline deadline) {
    return tryLock(deadline).orElseThrow(this::gone);
  }

  /** Locks the sandbox like {@link #lock}; empty if the sandbox does not exist. */
  Optional<PathLock> tryLock(Deadline deadline) {
    try {
      return store.lock(id, deadline);
    } catch (DeadlineExceededException e) {
      throw new SandboxException(
          Reason.BUSY, "another process is changing sandbox %s; try again".formatted(id), e);
    }
  }

  private SandboxException gone() {
    return new SandboxException(Reason.NOT_FOUND, "there is no sandbox " + id);
  }

  /** Throws unless the sandbox is running. */
  void requireRunning(String what) {
    require(record(), what, State.RUNNING);
  }

  /** Throws unless {@code record} has one of {@code states}. */
  void require(SandboxRecord record, String what, State... states) {
    if (!Set.of(states).contains(record.state())) {
      throw new SandboxException(
          Reason.WRONG_STATE,
          "cannot %s: sandbox %s is %s; it must be %s"
              .formatted(what, id, record.state(), Set.of(states)));
    }
  }

  /**
   * Returns the VM in {@code record} as {@link #requireVm}. Throws if the daemon cannot snapshot
   * it.
   */
  VmEntry requireLeasedVm(SandboxRecord record, String what) {
    VmEntry vm = requireVm(record, what);
    if (vm.leaseId().isEmpty()) {
      throw new SandboxException(
          Reason.UNSUPPORTED,
          "cannot %s: the VM of sandbox %s was booted directly; %s"
              .formatted(what, id, "use a VM of the daemon (enable_template = true)"));
    }
    return vm;
  }

  /** Returns the VM in {@code record}. Throws if it has none or if the VM has ended. */
  VmEntry requireVm(SandboxRecord record, String what) {
    VmEntry vm = record.vm();
    if (vm == null) {
      throw new SandboxException(
          Reason.WRONG_STATE,
          "cannot %s: sandbox %s is %s and has no VM".formatted(what, id, record.state()));
    }
    if (RecordConversion.lost(vm)) {
      throw new SandboxException(
          Reason.LOST,
          "the VM of sandbox %s is gone: its process %d has ended"
              .formatted(id, vm.process().pid()));
    }
    return vm;
  }
}
