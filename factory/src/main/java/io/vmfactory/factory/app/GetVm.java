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
import io.vmfactory.factory.routes.HandOuts;
import io.vmfactory.factory.routes.MadeVm;
import io.vmfactory.factory.routes.Rules;
import io.vmfactory.factory.routes.Settler;
import io.vmfactory.factory.vm.UniquenessGate;
import io.vmfactory.factory.vm.Waking;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.vmm.Sizing;

/** A running, unique, leased VM. */
final class GetVm {
  private final Rules rules;
  private final HandOuts handOuts;
  private final Settler settler;
  private final LeaseBook leases;

  GetVm(Rules rules, HandOuts handOuts, Settler settler, LeaseBook leases) {
    this.rules = rules;
    this.handOuts = handOuts;
    this.settler = settler;
    this.leases = leases;
  }

  GrantedVm run(VmRequest request, Deadline deadline) {
    HandOut handOut = handOuts.begin(Verb.GET_VM, deadline);
    try {
      Order order = rules.order(request);
      handOut.admit(order);
      while (true) {
        MadeVm made = handOut.next();
        try {
          return handOut.served(lease(made, order, handOut));
        } catch (RuntimeException e) {
          handOut.leave(made, e);
        }
      }
    } catch (RuntimeException | Error e) {
      throw handOut.failed(e);
    } finally {
      handOut.close();
    }
  }

  private GrantedVm lease(MadeVm made, Order order, HandOut handOut) {
    Deadline deadline = handOut.deadline();
    Laps laps = handOut.laps();
    Waking waking = settler.start(made, order.hostname(), laps, deadline);
    Draft early = isComplete(made, order) ? draft(made, made.boot(), order) : null;
    Sizing sizing;
    try (GuestAgent agent = waking.await()) {
      sizing = Settler.grow(made, order.wanted(), agent, laps, deadline);
    }
    deadline.check("the lease");
    Draft draft = early == null ? draft(made, sizing, order) : early;
    Lease lease = leases.open(draft, handOut.place());
    laps.lap("lease");
    return new GrantedVm(draft.view(), lease, made.route(), handOut.routeReason(), laps.all());
  }

  /** Whether it lacks nothing but its customer: then the lease is written while it wakes. */
  private static boolean isComplete(MadeVm made, Order order) {
    return made.isUnique() && made.boot().shortOf(order.wanted()).isZero();
  }

  private Draft draft(MadeVm made, Sizing sizing, Order order) {
    String hostname =
        order.hostname().isEmpty() ? UniquenessGate.hostname(made.id()) : order.hostname();
    return leases.draft(made, made.view(sizing, hostname), order);
  }
}
