package io.vmfactory.client.sandbox;

import io.vmfactory.client.FactoryException;
import io.vmfactory.client.machine.MachineFacts;
import io.vmfactory.client.machine.SuspendedMachine;
import io.vmfactory.client.machine.SuspendedMachines;
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

  /**
   * Stores the VM on disk. Nothing of the sandbox is left in this runtime's folder, unless a
   * service keeps it.
   *
   * @param byKeeper whether this runtime is that service's
   */
  SuspendedMachine suspend(boolean byKeeper, @Nullable Duration ttl, Deadline deadline) {
    String verb = "suspend";
    try (PathLock lock = state.lock(deadline)) {
      SandboxRecord record = state.record();
      boolean kept = resources.store().isKept(id);
      if (kept) {
        requireKeeper(verb, byKeeper);
        state.require(record, verb, State.RUNNING);
      }
      state.require(record, verb, State.RUNNING, State.PAUSED);
      VmEntry vm = state.requireLeasedVm(record, verb);
      SuspendedMachine done =
          kept ? storedAndKept(record, vm, ttl, deadline) : stored(record, vm, ttl, deadline);
      if (!kept) {
        state.remove();
      }
      resources.forget(id);
      return done;
    } catch (FactoryException e) {
      throw SandboxFailures.ofSnapshot(e);
    }
  }

  /** Writes the state first, so that the end of the VM is never taken for the sandbox's end. */
  private SuspendedMachine storedAndKept(
      SandboxRecord record, VmEntry vm, @Nullable Duration ttl, Deadline deadline) {
    state.write(record.with(State.SUSPENDED));
    try {
      return stored(record, vm, ttl, deadline);
    } catch (RuntimeException | Error e) {
      if (!RecordConversion.lost(vm)) {
        state.write(record);
      }
      throw e;
    }
  }

  private SuspendedMachine stored(
      SandboxRecord record, VmEntry vm, @Nullable Duration ttl, Deadline deadline) {
    return resources
        .machines()
        .suspended()
        .suspend(RecordConversion.facts(vm), SuspendedSandboxes.inside(record), ttl, deadline);
  }

  private void requireKeeper(String verb, boolean byKeeper) {
    if (!byKeeper) {
      throw new SandboxException(
          Reason.UNSUPPORTED,
          "cannot %s: the runtime service keeps the container of sandbox %s; start it first (vmfactory runtime serve)"
              .formatted(verb, id));
    }
  }

  /**
   * Makes the VM of a sandbox again that a service keeps. A VM that runs already, because an
   * earlier service was killed at this step, is taken as it is.
   */
  void resumeKept(boolean byKeeper, @Nullable Duration ttl, Deadline deadline) {
    requireKeeper("resume", byKeeper);
    try (PathLock lock = state.lock(deadline)) {
      SandboxRecord record = state.record();
      state.require(record, "resume", State.SUSPENDED, State.RUNNING);
      SuspendedMachines.Resumed resumed =
          resources.machines().suspended().resume(record.leaseId(), ttl, deadline);
      state.write(
          record
              .with(State.RUNNING)
              .resumed(
                  RecordConversion.self(),
                  RecordConversion.entry(resumed.facts(), resumed.facts().steps())));
    } catch (FactoryException e) {
      throw SandboxFailures.ofSnapshot(e);
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
