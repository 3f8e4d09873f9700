package io.vmfactory.client.sandbox;

import io.vmfactory.client.FactoryException;
import io.vmfactory.client.machine.MachineFacts;
import io.vmfactory.client.machine.SuspendedMachine;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxRecord.State;
import io.vmfactory.client.sandbox.state.SandboxRecord.VmEntry;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestException;
import io.vmfactory.linux.PathLock;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmmException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets the VM of a sandbox rest or grow, and ends its rest. No container is made or removed
 * meanwhile.
 */
final class SandboxResting {
  private final String id;
  private final RuntimeResources resources;
  private final SandboxStateLock state;

  SandboxResting(String id, RuntimeResources resources) {
    this.id = id;
    this.resources = resources;
    this.state = new SandboxStateLock(id, resources.store());
  }

  SandboxStatus grow(Sizing wanted, Deadline deadline) {
    try (PathLock lock = state.lock(deadline)) {
      SandboxRecord record = state.record();
      state.require(record, "change the size of the VM", State.RUNNING);
      VmEntry vm = state.requireVm(record, "change its size");
      SandboxRecord grown = record.with(resources.machine(id, vm).grow(wanted, deadline));
      state.write(grown);
      return RecordConversion.status(grown);
    } catch (FactoryException | VmmException | GuestException e) {
      throw SandboxFailures.ofGrowth(e);
    }
  }

  void pause(Deadline deadline) {
    run("pause the VM", vm -> resources.machines().pause(vm, deadline), deadline);
  }

  void resume(@Nullable Duration ttl, Deadline deadline) {
    run(
        "resume the VM",
        vm -> resources.machines().suspended().resume(vm.leaseId(), ttl, deadline),
        deadline);
  }

  /** Stores the VM on disk. Nothing of the sandbox is left in this runtime's folder. */
  SuspendedMachine suspend(@Nullable Duration ttl, Deadline deadline) {
    String verb = "suspend";
    try (PathLock lock = state.lock(deadline)) {
      SandboxRecord record = state.record();
      state.require(record, verb, State.RUNNING, State.PAUSED);
      VmEntry vm = state.requireLeasedVm(record, verb);
      requireNotKept();
      SuspendedMachine done =
          resources
              .machines()
              .suspended()
              .suspend(
                  RecordConversion.facts(vm), SuspendedSandboxes.inside(record), ttl, deadline);
      state.remove();
      resources.forget(id);
      return done;
    } catch (FactoryException e) {
      throw SandboxFailures.ofSnapshot(e);
    }
  }

  private void requireNotKept() {
    if (resources.store().isKept(id)) {
      throw new SandboxException(
          Reason.UNSUPPORTED,
          "cannot suspend: a service keeps the container of sandbox %s and reads its output; pause it instead"
              .formatted(id));
    }
  }

  private void run(String verb, Consumer<MachineFacts> step, Deadline deadline) {
    try (PathLock lock = state.lock(deadline)) {
      SandboxRecord record = state.record();
      state.require(record, verb, State.RUNNING, State.PAUSED);
      step.accept(RecordConversion.facts(state.requireLeasedVm(record, verb)));
    } catch (FactoryException e) {
      throw SandboxFailures.ofSnapshot(e);
    }
  }
}
