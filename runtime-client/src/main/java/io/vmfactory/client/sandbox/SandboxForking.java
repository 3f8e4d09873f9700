package io.vmfactory.client.sandbox;

import io.vmfactory.client.FactoryException;
import io.vmfactory.client.machine.ForkedMachines;
import io.vmfactory.client.machine.MachineFacts;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxFork.Clone;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxRecord.State;
import io.vmfactory.client.sandbox.state.SandboxRecord.VmEntry;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Uninterrupted;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.linux.PathLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Clones a sandbox: its VM, and the record that says which containers and drives are in the VM. No
 * container is made or removed meanwhile. All clones are made, or none.
 */
final class SandboxForking {
  private static final Duration UNDO_LIMIT = Duration.ofSeconds(30);

  private final String id;
  private final RuntimeResources resources;
  private final SandboxStateLock state;

  SandboxForking(String id, RuntimeResources resources) {
    this.id = id;
    this.resources = resources;
    this.state = new SandboxStateLock(id, resources.store());
  }

  SandboxFork run(int count, @Nullable Duration ttl, Deadline deadline) {
    try (PathLock lock = state.lock(deadline)) {
      SandboxRecord source = state.record();
      state.require(source, "fork", State.RUNNING, State.PAUSED);
      VmEntry vm = state.requireLeasedVm(source, "fork");
      ForkedMachines forked = forked(vm, count, ttl, deadline);
      return new SandboxFork(recorded(source, forked.machines()), forked.pause());
    }
  }

  private ForkedMachines forked(VmEntry vm, int count, @Nullable Duration ttl, Deadline deadline) {
    MachineFacts source = RecordConversion.facts(vm);
    try {
      return resources.machines().fork(source, count, ttl, "fork of sandbox " + id, deadline);
    } catch (FactoryException e) {
      throw SandboxFailures.ofSnapshot(e);
    }
  }

  private List<Clone> recorded(SandboxRecord source, List<MachineFacts> machines) {
    List<Clone> clones = new ArrayList<>();
    try {
      for (MachineFacts machine : machines) {
        clones.add(recorded(source, machine));
      }
      return clones;
    } catch (RuntimeException | Error e) {
      clones.forEach(clone -> resources.store().remove(clone.id()));
      machines.forEach(machine -> end(machine, e));
      throw e;
    }
  }

  private Clone recorded(SandboxRecord source, MachineFacts machine) {
    String clone = machine.who().id().shortened();
    VmEntry entry = RecordConversion.entry(machine, machine.steps());
    SandboxRecord record =
        source.forked(clone, WallClock.system().now(), RecordConversion.self(), entry);
    if (!resources.store().create(record)) {
      throw new SandboxException(
          Reason.ALREADY_EXISTS, "sandbox " + clone + " already exists; try again");
    }
    return new Clone(clone, machine.leaseId());
  }

  private void end(MachineFacts machine, Throwable cause) {
    try {
      Uninterrupted.run(() -> resources.machines().open(machine).end(Deadline.after(UNDO_LIMIT)));
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }
}
