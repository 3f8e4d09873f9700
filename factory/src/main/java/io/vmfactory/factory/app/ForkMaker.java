package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.factory.vm.NewVm;
import io.vmfactory.factory.vm.UniquenessGate;
import io.vmfactory.factory.vm.VmStarter;
import io.vmfactory.template.LiveSnapshot;
import io.vmfactory.template.SuspendedVm;
import io.vmfactory.template.Suspensions;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
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
   * @param snapshot the id of the snapshot that it shares memory with
   */
  record Made(HostedVm vm, String snapshot, Laps laps) {}

  VmSnapshot snapshot(Vm vm, Laps laps, Deadline deadline) {
    return vm.snapshot(overlays, laps, deadline);
  }

  /** Returns a snapshot that can be cloned; it owns {@code taken}. */
  LiveSnapshot loaded(String id, VmSnapshot taken) {
    return new LiveSnapshot(id, hypervisor, taken, overlays);
  }

  /** Makes a clone of {@code source}, whose snapshot is given. A failure leaves nothing. */
  Made clone(LiveSnapshot snapshot, HostedVm source, Deadline deadline) {
    Laps laps = new Laps();
    Kind kind = new Kind(Route.FORK, source.templateKey(), snapshot.spec().boot(), "");
    return new Made(made(kind, snapshot::restore, laps, deadline), snapshot.id(), laps);
  }

  /** Makes a suspended VM again, as its user knew it. A failure leaves nothing. */
  HostedVm again(Suspensions suspensions, SuspendedVm was, Laps laps, Deadline deadline) {
    SuspendedVm.Former former = was.former();
    Sizing boot = new Sizing(former.vcpus(), former.memoryMib());
    Kind kind = new Kind(Route.RESUMED, former.templateKey(), boot, former.hostname());
    Restoring restoring =
        (id, folder, all, limit) -> suspensions.restore(was, id, folder, all, limit);
    return made(kind, restoring, laps, deadline);
  }

  /**
   * What clone is made.
   *
   * @param hostname empty = one made from its id
   */
  private record Kind(Route route, String templateKey, Sizing boot, String hostname) {}

  /** Starts a clone: PAUSED. */
  private interface Restoring {
    Vm restore(VmId id, VmFolder folder, Laps laps, Deadline deadline);
  }

  private HostedVm made(Kind kind, Restoring restoring, Laps laps, Deadline deadline) {
    HostedVm vm = started(kind, restoring, laps, deadline);
    try {
      vm.keep(gate.start(vm, kind.hostname(), laps, deadline, deadline).await());
      vm.closeAgent();
      return vm;
    } catch (RuntimeException e) {
      throw vm.end(e);
    }
  }

  private HostedVm started(Kind kind, Restoring restoring, Laps laps, Deadline deadline) {
    try (NewVm fresh = starter.begin(kind.route().name(), kind.templateKey(), kind.boot())) {
      return fresh.started(restoring.restore(fresh.id(), fresh.folder(), laps, deadline));
    }
  }
}
