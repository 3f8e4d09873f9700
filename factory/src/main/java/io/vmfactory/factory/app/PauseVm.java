package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.factory.vm.UniquenessGate;
import io.vmfactory.vmm.VmPhase;
import java.nio.file.Files;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Stops the CPUs of leased VMs and starts them again. The journal says that a VM is paused before
 * it is, so a daemon that takes a VM over leaves it as its customer wanted.
 */
final class PauseVm {
  private final LeaseBook leases;
  private final UniquenessGate gate;
  private final Observer observer;

  PauseVm(LeaseBook leases, UniquenessGate gate, Observer observer) {
    this.leases = leases;
    this.gate = gate;
    this.observer = observer;
  }

  VmView pause(Peer client, LeaseId leaseId, Deadline deadline) {
    return observed(
        Verb.PAUSE_VM,
        () -> {
          HostedVm vm = leases.hosted(client, leaseId);
          requireGate(vm);
          vm.exclusively(
              "another pause or resume", deadline, () -> stop(client, leaseId, vm, deadline));
          return VmView.of(vm, null);
        });
  }

  /** The agent's port over which the clock is set when it runs again. */
  private static void requireGate(HostedVm vm) {
    if (!Files.exists(vm.folder().gateSocket())) {
      throw Refusals.notPossible(
          "an earlier version of vmfactory started this VM; get a new one to pause it");
    }
  }

  private Lease stop(Peer client, LeaseId leaseId, HostedVm vm, Deadline deadline) {
    boolean runs = vm.vm().phase() != VmPhase.PAUSED;
    Lease lease = leases.markPaused(client, leaseId, true);
    if (runs) {
      leases.run(client, leaseId, it -> it.stop(deadline));
      leases.announce(vm, lease, true);
    }
    return lease;
  }

  GrantedVm resume(Peer client, LeaseId leaseId, Deadline deadline) {
    return observed(
        Verb.RESUME_VM,
        () -> {
          HostedVm vm = leases.hosted(client, leaseId);
          Laps laps = new Laps();
          Lease lease =
              vm.exclusively(
                  "another pause or resume",
                  deadline,
                  () -> start(client, leaseId, vm, laps, deadline));
          Route route = Route.valueOf(vm.record().route());
          return new GrantedVm(VmView.of(vm, null), lease, route, "", laps.all());
        });
  }

  private Lease start(Peer client, LeaseId leaseId, HostedVm vm, Laps laps, Deadline deadline) {
    if (!vm.isPaused()) {
      return leases.lease(client, leaseId);
    }
    leases.run(
        client,
        leaseId,
        it -> {
          if (it.phase() == VmPhase.RUNNING) {
            it.stop(deadline); // a pause whose answer did not come in time
          }
        });
    Lease lease = leases.markPaused(client, leaseId, false);
    leases.run(client, leaseId, it -> gate.resume(vm, laps, deadline));
    leases.announce(vm, lease, false);
    return lease;
  }

  private <T> T observed(Verb verb, Supplier<T> work) {
    long begun = System.nanoTime();
    try {
      return work.get();
    } catch (RuntimeException e) {
      observer.failed(verb, e, Duration.ofNanos(System.nanoTime() - begun));
      throw e;
    }
  }
}
