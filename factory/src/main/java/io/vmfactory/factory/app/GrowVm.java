package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.app.Attachments.GrowRequest;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.HostMemory;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.routes.Rules;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.factory.vm.UniquenessGate;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.vmm.Sizing;
import java.time.Duration;

/**
 * Gives leased VMs more CPUs and memory. QEMU says what a VM has, so a request that is repeated, or
 * that an earlier daemon did not finish, adds only what is still lacking.
 */
final class GrowVm {
  private final Rules rules;
  private final LeaseBook leases;
  private final UniquenessGate gate;
  private final HostMemory memory;
  private final Observer observer;

  GrowVm(Rules rules, LeaseBook leases, UniquenessGate gate, HostMemory memory, Observer observer) {
    this.rules = rules;
    this.leases = leases;
    this.gate = gate;
    this.memory = memory;
    this.observer = observer;
  }

  VmView run(GrowRequest request, Deadline deadline) {
    long begun = System.nanoTime();
    try {
      HostedVm vm = leases.hosted(request.peer(), request.lease());
      return vm.exclusively(
          "another change of the VM", deadline, () -> grown(request, vm, deadline));
    } catch (RuntimeException e) {
      observer.failed(Verb.GROW_VM, e, Duration.ofNanos(System.nanoTime() - begun));
      throw e;
    }
  }

  private VmView grown(GrowRequest request, HostedVm vm, Deadline deadline) {
    Sizing has = vm.sizing();
    Sizing wanted = rules.size(request.vcpus(), request.memoryMib(), has);
    Sizing lacking = has.shortOf(wanted).inBlocks();
    if (lacking.memoryMib() > 0) {
      memory.require(lacking.memoryMib());
    }
    leases.allow(request.peer(), request.lease(), has.plus(lacking).memoryMib());
    Sizing now = plugged(request, has, wanted, deadline);
    leases.grown(request.peer(), request.lease(), now);
    online(vm, now.vcpus(), deadline);
    return VmView.of(vm, null);
  }

  private Sizing plugged(GrowRequest request, Sizing has, Sizing wanted, Deadline deadline) {
    try {
      return leases.use(request.peer(), request.lease(), it -> it.grow(wanted, deadline));
    } catch (RuntimeException e) {
      undo(request, has, e);
      throw e;
    }
  }

  private void undo(GrowRequest request, Sizing has, RuntimeException failure) {
    try {
      leases.grown(request.peer(), request.lease(), has);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private void online(HostedVm vm, int vcpus, Deadline deadline) {
    Laps laps = new Laps();
    try (GuestAgent agent = gate.connect(vm, laps, deadline)) {
      UniquenessGate.answer(agent, laps, deadline);
      agent.online(vcpus, deadline);
    }
  }
}
