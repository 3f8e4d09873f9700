package io.vmfactory.factory.app;

import static java.util.Objects.requireNonNull;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.ForkRequest;
import io.vmfactory.factory.request.GrantedFork;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.HostMemory;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.routes.GroupHandOut;
import io.vmfactory.factory.routes.HandOuts;
import io.vmfactory.factory.routes.Rules;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.factory.vm.UniquenessGate;
import io.vmfactory.template.LiveSnapshot;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSnapshot;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes clones of a leased VM that runs: takes a snapshot of it, then clones that like a template.
 * All clones are handed out, or none is left.
 */
final class ForkVm {
  private final Rules rules;
  private final HandOuts handOuts;
  private final LeaseBook leases;
  private final ForkMaker maker;
  private final HostMemory memory;

  ForkVm(Rules rules, HandOuts handOuts, LeaseBook leases, ForkMaker maker, HostMemory memory) {
    this.rules = rules;
    this.handOuts = handOuts;
    this.leases = leases;
    this.maker = maker;
    this.memory = memory;
  }

  GrantedFork run(Peer client, ForkRequest request, Deadline deadline) {
    GroupHandOut handOut = handOuts.beginGroup(Verb.FORK_VM, Route.FORK, deadline);
    try {
      Order order = rules.order(client, request);
      HostedVm source = leases.hosted(client, request.source());
      int memoryMib = source.sizing().memoryMib();
      handOut.admit(client, client.user().uid(), request.count(), memoryMib);
      String snapshot = VmId.random().value();
      handOut.share(client, snapshot, memoryMib);
      memory.require(memoryMib); // in its turn: others took theirs meanwhile
      return handOut.served(fork(request, source, snapshot, order, handOut));
    } catch (RuntimeException | Error e) {
      throw handOut.failed(e);
    } finally {
      handOut.close();
    }
  }

  private GrantedFork fork(
      ForkRequest request, HostedVm source, String id, Order order, GroupHandOut handOut) {
    VmSnapshot taken =
        leases.use(
            order.client(),
            request.source(),
            vm -> maker.snapshot(vm, handOut.laps(), handOut.deadline()));
    try (LiveSnapshot snapshot = maker.loaded(id, taken)) {
      List<GrantedVm> clones = clones(request.count(), source, snapshot, order, handOut);
      return new GrantedFork(clones, taken.pause(), taken.writtenBytes(), handOut.laps().all());
    }
  }

  private List<GrantedVm> clones(
      int count, HostedVm source, LiveSnapshot snapshot, Order order, GroupHandOut handOut) {
    List<ForkMaker.Made> made = new ArrayList<>();
    List<GrantedVm> granted = new ArrayList<>();
    try {
      while (made.size() < count) {
        made.add(maker.clone(snapshot, source, handOut.deadline()));
      }
      handOut.deadline().check("the leases");
      for (ForkMaker.Made one : made) {
        granted.add(lease(one, order, handOut, granted.size()));
      }
      return granted;
    } catch (RuntimeException | Error e) {
      granted.forEach(one -> release(order.client(), one, e));
      made.stream().skip(granted.size()).forEach(one -> end(one.vm(), e));
      throw e;
    }
  }

  private GrantedVm lease(ForkMaker.Made made, Order order, GroupHandOut handOut, int index) {
    HostedVm vm = made.vm();
    vm.forked(made.snapshot());
    vm.handedOut(Route.FORK.name(), UniquenessGate.hostname(vm.id()), vm.sizing());
    Lease lease = leases.draft(vm, order);
    VmView view = VmView.of(vm, null);
    leases.open(vm, lease, handOut.place(index));
    made.laps().lap("lease");
    return new GrantedVm(view, lease, Route.FORK, "", made.laps().all());
  }

  private void release(Peer client, GrantedVm granted, Throwable cause) {
    try {
      leases.release(client, requireNonNull(granted.lease()).id());
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  private static void end(HostedVm vm, Throwable cause) {
    try {
      vm.end();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }
}
