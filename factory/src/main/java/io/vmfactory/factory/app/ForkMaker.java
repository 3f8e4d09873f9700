package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.factory.vm.NewVm;
import io.vmfactory.factory.vm.UniquenessGate;
import io.vmfactory.factory.vm.VmStarter;
import io.vmfactory.template.LiveSnapshot;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmSnapshot;
import java.nio.file.Path;

/**
 * Takes snapshots of VMs that run, and makes clones of them that run and are unique.
 *
 * @param overlays where copy-on-write files are made
 */
record ForkMaker(Hypervisor hypervisor, VmStarter starter, UniquenessGate gate, Path overlays) {

  /**
   * A clone that runs, and the times of its steps.
   *
   * @param vm the caller's
   */
  record Made(HostedVm vm, Laps laps) {}

  VmSnapshot snapshot(Vm vm, Laps laps, Deadline deadline) {
    return vm.snapshot(overlays, laps, deadline);
  }

  /** Returns a snapshot that can be cloned; it owns {@code taken}. */
  LiveSnapshot loaded(VmSnapshot taken) {
    return new LiveSnapshot(hypervisor, taken, overlays);
  }

  /** Makes a clone of {@code source}, whose snapshot is given. A failure leaves nothing. */
  Made clone(LiveSnapshot snapshot, HostedVm source, Deadline deadline) {
    Laps laps = new Laps();
    HostedVm vm = started(snapshot, source, laps, deadline);
    try {
      vm.keep(gate.start(vm, "", laps, deadline, deadline).await());
      vm.closeAgent();
      return new Made(vm, laps);
    } catch (RuntimeException e) {
      throw vm.end(e);
    }
  }

  private HostedVm started(LiveSnapshot snapshot, HostedVm source, Laps laps, Deadline deadline) {
    String key = source.templateKey();
    try (NewVm fresh = starter.begin(Route.FORK.name(), key, snapshot.spec().boot())) {
      return fresh.started(snapshot.restore(fresh.id(), fresh.folder(), laps, deadline));
    }
  }
}
