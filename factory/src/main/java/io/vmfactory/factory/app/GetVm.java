package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.lease.LeaseBook.Draft;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.routes.HandOut;
import io.vmfactory.factory.routes.MadeVm;
import io.vmfactory.factory.routes.Rules;
import io.vmfactory.factory.routes.Settler;
import io.vmfactory.factory.vm.UniquenessGate;
import io.vmfactory.vmm.Sizing;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A running, unique, leased VM. */
public final class GetVm implements UseCase<VmRequest, GrantedVm> {
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
    AtomicReference<@Nullable Draft> early = new AtomicReference<>();
    Runnable meanwhile = () -> early.set(draft(made, made.boot(), order));
    boolean grows = !made.boot().shortOf(order.wanted()).isZero();
    Sizing sizing =
        settler.settle(made, order, grows ? () -> {} : meanwhile, laps, trip.deadline());
    trip.deadline().check("the lease");
    Draft written = early.get();
    Draft draft = written == null ? draft(made, sizing, order) : written;
    Lease lease = leases.open(draft, trip.place());
    laps.lap("lease");
    return new GrantedVm(draft.view(), lease, made.route(), routeReason, laps.all());
  }

  private Draft draft(MadeVm made, Sizing sizing, Order order) {
    String hostname =
        order.hostname().isEmpty() ? UniquenessGate.hostname(made.id()) : order.hostname();
    return leases.draft(made, made.view(sizing, hostname), order);
  }
}
