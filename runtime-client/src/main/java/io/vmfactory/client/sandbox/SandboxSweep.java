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
 * Removes sandboxes whose owner process has ended, together with VMs that were booted directly.
 * Keeps a sandbox with a leased VM while the VM runs: the VM ends with its lease, and other
 * processes may use it until then. Keeps a sandbox that a service keeps.
 */
final class SandboxSweep {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final RuntimeResources resources;

  SandboxSweep(RuntimeResources resources) {
    this.resources = resources;
  }

  /** Checks all sandboxes. Logs what cannot be removed and leaves it to the next runtime. */
  void run() {
    resources.store().sweep();
    for (String id : resources.store().ids()) {
      try {
        consider(id);
      } catch (RuntimeException e) {
        resources.warn(id, "was left behind and cannot be removed", e);
      }
    }
  }

  private void consider(String id) {
    if (orphan(id).isEmpty()) {
      return;
    }
    try (PathLock lock = resources.store().tryLock(id).orElse(null)) {
      if (lock != null) {
        orphan(id).ifPresent(this::clear); // read again, under the lock
      }
    }
  }

  private Optional<SandboxRecord> orphan(String id) {
    try {
      if (resources.store().isKept(id)) {
        return Optional.empty();
      }
      return resources.store().read(id).filter(record -> !RecordConversion.lives(record.owner()));
    } catch (UnreadableSandboxException e) {
      resources.warn(id, "is not checked", e);
      return Optional.empty();
    }
  }

  private void clear(SandboxRecord record) {
    VmEntry vm = record.vm();
    boolean leased = vm != null && !vm.leaseId().isEmpty();
    if (leased && !RecordConversion.lost(vm)) {
      return;
    }
    if (!leased) {
      MachineFacts recorded = vm == null ? null : RecordConversion.facts(vm);
      resources.machines().clear(new VmId(record.directVm()), recorded, Deadline.after(LIMIT));
    }
    resources.store().remove(record.id());
  }
}
