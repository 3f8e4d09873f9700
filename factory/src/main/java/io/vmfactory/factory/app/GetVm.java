package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.vm.Gatekeeper;
import io.vmfactory.vmm.Sizing;

/** A running, unique, leased VM. */
final class GetVm implements UseCase<VmRequest, GrantedVm> {
  private final Rules rules;
  private final HandOut handOut;
  private final Settler settler;
  private final LeaseBook leases;

  GetVm(Rules rules, HandOut handOut, Settler settler, LeaseBook leases) {
    this.rules = rules;
    this.handOut = handOut;
    this.settler = settler;
    this.leases = leases;
  }

  @Override
  public GrantedVm run(VmRequest request, Deadline deadline) {
    return handOut.run(Verb.GET_VM, () -> rules.order(request), this::lease, deadline);
  }

  private GrantedVm lease(HandOut.Trip trip, MadeVm made, String routeReason) {
    Order order = trip.order();
    Laps laps = trip.laps();
    String hostname =
        order.hostname().isEmpty() ? Gatekeeper.hostname(made.id()) : order.hostname();
    Sizing sizing = settler.settle(made, order, laps, trip.deadline());
    trip.deadline().check("the lease");
    VmView view = made.view(sizing, hostname);
    Lease lease = leases.open(made, view, order, trip.place());
    laps.lap("lease");
    return new GrantedVm(view, lease, made.route(), routeReason, laps.all());
  }
}
