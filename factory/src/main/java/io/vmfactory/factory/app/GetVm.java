package io.vmfactory.factory.app;

import static java.util.Objects.requireNonNull;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.routes.HandOut;
import io.vmfactory.factory.routes.HandOuts;
import io.vmfactory.factory.routes.Rules;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.factory.vm.UniquenessGate;
import io.vmfactory.factory.vm.Waking;
import io.vmfactory.vmm.Sizing;

/** Hands out a running, unique, leased VM. */
final class GetVm {
  private final Rules rules;
  private final HandOuts handOuts;
  private final UniquenessGate gate;
  private final LeaseBook leases;

  GetVm(Rules rules, HandOuts handOuts, UniquenessGate gate, LeaseBook leases) {
    this.rules = rules;
    this.handOuts = handOuts;
    this.gate = gate;
    this.leases = leases;
  }

  GrantedVm run(Peer client, VmRequest request, Deadline deadline) {
    HandOut handOut = handOuts.begin(Verb.GET_VM, deadline);
    try {
      Order order = rules.order(client, request);
      handOut.admit(order);
      while (true) {
        HostedVm vm = handOut.next();
        try {
          return handOut.served(lease(vm, order, handOut));
        } catch (RuntimeException e) {
          handOut.leave(vm, e);
        }
      }
    } catch (RuntimeException | Error e) {
      throw handOut.failed(e);
    } finally {
      handOut.close();
    }
  }

  private GrantedVm lease(HostedVm vm, Order order, HandOut handOut) {
    Laps laps = handOut.laps();
    boolean complete = vm.agent() != null && vm.sizing().shortOf(order.wanted()).isZero();
    Waking waking = gate.start(vm, order.hostname(), laps, handOut.answer(), handOut.work());
    // A complete VM only wakes: its lease is written meanwhile.
    Lease early = complete ? draft(vm, vm.sizing(), order, handOut.route()) : null;
    vm.keep(waking.await());
    Sizing sizing = grown(vm, order.wanted(), laps, handOut.work());
    vm.closeAgent();
    handOut.deadline().check("the lease");
    Lease lease = early == null ? draft(vm, sizing, order, handOut.route()) : early;
    VmView view = VmView.of(vm, null);
    handOut.place().holds(sizing.memoryMib());
    leases.open(vm, lease, handOut.place());
    laps.lap("lease");
    TemplateView named = order.named();
    boolean ofSnapshot = named != null && !named.info().isBuilt();
    return new GrantedVm(
        view, lease, handOut.route(), handOut.routeReason(), laps.all(), ofSnapshot ? named : null);
  }

  /** Gives a VM that is awake what it lacks for {@code wanted}; returns what it has then. */
  private static Sizing grown(HostedVm vm, Sizing wanted, Laps laps, Deadline deadline) {
    if (vm.sizing().shortOf(wanted).isZero()) {
      return vm.sizing();
    }
    Sizing grown = vm.vm().grow(wanted, deadline);
    laps.lap("plug");
    requireNonNull(vm.agent()).online(grown.vcpus(), deadline);
    laps.lap("online");
    return grown;
  }

  private Lease draft(HostedVm vm, Sizing sizing, Order order, Route route) {
    String hostname =
        order.hostname().isEmpty() ? UniquenessGate.hostname(vm.id()) : order.hostname();
    vm.handedOut(route.name(), hostname, sizing);
    return leases.draft(vm, order);
  }
}
