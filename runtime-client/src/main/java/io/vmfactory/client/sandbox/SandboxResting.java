package io.vmfactory.client.sandbox;

import io.vmfactory.client.FactoryException;
import io.vmfactory.client.machine.MachineFacts;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxRecord.State;
import io.vmfactory.client.sandbox.state.SandboxRecord.VmEntry;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.PathLock;
import java.util.function.Consumer;

/** Lets the VM of a sandbox rest, and ends that. No container is made or removed meanwhile. */
final class SandboxResting {
  private final String id;
  private final RuntimeResources resources;
  private final SandboxStateLock state;

  SandboxResting(String id, RuntimeResources resources) {
    this.id = id;
    this.resources = resources;
    this.state = new SandboxStateLock(id, resources.store());
  }

  void pause(Deadline deadline) {
    run("pause the VM", vm -> resources.machines().pause(vm, deadline), deadline);
  }

  void resume(Deadline deadline) {
    run("resume the VM", vm -> resources.machines().resume(vm, deadline), deadline);
  }

  private void run(String verb, Consumer<MachineFacts> step, Deadline deadline) {
    try (PathLock lock = state.lock(deadline)) {
      SandboxRecord record = state.record();
      state.require(record, verb, State.RUNNING, State.PAUSED);
      VmEntry vm = state.requireVm(record, verb);
      if (vm.leaseId().isEmpty()) {
        throw new SandboxException(
            Reason.UNSUPPORTED,
            "cannot %s: the VM of sandbox %s was booted directly; %s"
                .formatted(verb, id, "use a VM of the daemon (enable_template = true)"));
      }
      step.accept(RecordConversion.facts(vm));
    } catch (FactoryException e) {
      throw switch (e.code()) {
        case NOT_POSSIBLE -> new SandboxException(Reason.UNSUPPORTED, ErrorText.of(e), e);
        case NOT_FOUND -> new SandboxException(Reason.LOST, ErrorText.of(e), e);
        default -> e;
      };
    }
  }
}
