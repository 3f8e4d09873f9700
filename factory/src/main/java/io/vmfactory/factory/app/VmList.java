package io.vmfactory.factory.app;

import io.vmfactory.factory.lease.Holding;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.lease.SuspendedLeases;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.routes.Admission;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.factory.vm.MemoryMeter;
import io.vmfactory.template.SuspendedVm;
import java.util.List;

/**
 * The VMs that customers have.
 *
 * @param leases those that are leased
 * @param suspended those that are suspended
 * @param admission knows those that were given away
 * @param meter measures their memory
 */
record VmList(LeaseBook leases, SuspendedLeases suspended, Admission admission, MemoryMeter meter) {
  /** Returns the leased VMs that a client may see. */
  List<Holding> held(Peer client) {
    return leases.all(client);
  }

  /** Returns how leased VMs are now. */
  List<VmView> views(List<Holding> held, Control.Detail detail) {
    return held.stream().map(Holding::vm).map(vm -> view(vm, detail)).toList();
  }

  private VmView view(HostedVm vm, Control.Detail detail) {
    return VmView.of(
        vm,
        detail == Control.Detail.WITH_MEMORY
            ? meter.measure(vm.vm().identity().pid(), vm.sizing().memoryMib())
            : null);
  }

  /** Returns the suspended VMs that a client may see. */
  List<SuspendedVm> suspended(Peer client) {
    return suspended.all(client);
  }

  /** Returns the base VMs that exist; for a client that could not have one, none. */
  List<VmView> givenAway(Peer client) {
    return client.isTrusted() ? admission.givenAway() : List.of();
  }
}
