package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.routes.HandOut;
import io.vmfactory.factory.routes.HandOuts;
import io.vmfactory.factory.routes.Rules;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.factory.vm.UniquenessGate;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.vmm.VmPhase;

/**
 * A paused VM that passes to the caller: no lease, no uniqueness gate, no supervision. A VM off the
 * warm stock (route WARM) went through the gate once, when it was made; before it runs, its new
 * owner sets its clock.
 */
final class GetBaseVm {
  private final Rules rules;
  private final HandOuts handOuts;
  private final UniquenessGate gate;
  private final EventBus events;

  GetBaseVm(Rules rules, HandOuts handOuts, UniquenessGate gate, EventBus events) {
    this.rules = rules;
    this.handOuts = handOuts;
    this.gate = gate;
    this.events = events;
  }

  GrantedVm run(Peer client, VmRequest request, Deadline deadline) {
    client.requireTrusted("GetBaseVm");
    HandOut handOut = handOuts.begin(Verb.GET_BASE_VM, deadline);
    try {
      handOut.admit(rules.baseOrder(client, request));
      while (true) {
        HostedVm vm = handOut.next();
        try {
          return handOut.served(giveAway(vm, handOut));
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

  private GrantedVm giveAway(HostedVm vm, HandOut handOut) {
    Laps laps = handOut.laps();
    pause(vm, laps, handOut.answer());
    handOut.deadline().check("giving the VM away");
    VmView view = view(vm, handOut.route());
    vm.giveAway();
    handOut
        .place()
        .giveAway(VmView.ofBase(vm.vm().identity(), vm.folder(), vm.record(), handOut.route()));
    laps.lap("detach");
    events.emit(
        Kind.VM_GIVEN_AWAY, vm.id().value(), "", vm.templateKey(), "route " + handOut.route());
    return new GrantedVm(view, null, handOut.route(), handOut.routeReason(), laps.all());
  }

  /**
   * Leaves {@code vm} PAUSED and its agent's port free. If its route had it running, its guest has
   * answered.
   */
  private void pause(HostedVm vm, Laps laps, Deadline deadline) {
    vm.closeAgent();
    if (vm.vm().phase() == VmPhase.PAUSED) {
      return;
    }
    try (GuestAgent agent = gate.connect(vm, laps, deadline)) {
      UniquenessGate.answer(agent, laps, deadline);
    }
    vm.vm().stop(deadline);
    laps.lap("stop");
  }

  private static VmView view(HostedVm vm, Route route) {
    return new VmView(
        vm.vm().identity(),
        vm.vm().phase(),
        vm.folder(),
        vm.sizing(),
        vm.templateKey(),
        "",
        route,
        vm.at(),
        null);
  }
}
