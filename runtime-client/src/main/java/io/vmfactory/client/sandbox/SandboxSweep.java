package io.vmfactory.client.sandbox;

import io.vmfactory.client.machine.MachineFacts;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxRecord.VmEntry;
import io.vmfactory.client.sandbox.state.UnreadableSandboxException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.PathLock;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import java.util.Optional;

/**
 * Clears away sandboxes whose owner is gone: with a VM that was booted directly, the VM, too; one
 * that is leased is left alone while its VM lives, for it ends with its lease, and until then
 * others may operate it.
 */
final class SandboxSweep {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final OwnedSandboxes estate;

  SandboxSweep(OwnedSandboxes estate) {
    this.estate = estate;
  }

  /** Goes through all sandboxes; what cannot be cleared away is told and left to the next. */
  void run() {
    estate.store().sweep();
    for (String id : estate.store().ids()) {
      try {
        consider(id);
      } catch (RuntimeException e) {
        estate.complain(id, "is left behind and cannot be cleared away", e);
      }
    }
  }

  private void consider(String id) {
    if (orphan(id).isEmpty()) {
      return;
    }
    try (PathLock lock = estate.store().tryLock(id).orElse(null)) {
      if (lock != null) {
        orphan(id).ifPresent(this::clear); // as it is now, under the lock
      }
    }
  }

  private Optional<SandboxRecord> orphan(String id) {
    try {
      return estate.store().read(id).filter(record -> !Records.lives(record.owner()));
    } catch (UnreadableSandboxException e) {
      estate.complain(id, "is left alone", e);
      return Optional.empty();
    }
  }

  private void clear(SandboxRecord record) {
    VmEntry vm = record.vm();
    boolean leased = vm != null && !vm.leaseId().isEmpty();
    if (leased && !Records.lost(vm)) {
      return;
    }
    if (!leased) {
      MachineFacts recorded = vm == null ? null : Records.facts(vm);
      estate.machines().clear(new VmId(record.directVm()), recorded, Deadline.after(LIMIT));
    }
    estate.store().remove(record.id());
  }
}
