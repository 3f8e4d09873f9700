package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.routes.HandOut;
import io.vmfactory.factory.routes.MadeVm;
import io.vmfactory.factory.routes.Rules;
import io.vmfactory.factory.routes.Settler;

/**
 * A paused VM that passes to the caller: no lease, no uniqueness gate, no supervision. One off the
 * warm stock (route WARM) went through the gate once, when it was made; whoever wakes it has to set
 * its clock.
 */
public final class GetBaseVm implements UseCase<VmRequest, GrantedVm> {
  private final Rules rules;
  private final HandOut handOut;
  private final Settler settler;
  private final Journal journal;
  private final EventBus events;

  GetBaseVm(Rules rules, HandOut handOut, Settler settler, Journal journal, EventBus events) {
    this.rules = rules;
    this.handOut = handOut;
    this.settler = settler;
    this.journal = journal;
    this.events = events;
  }

  @Override
  public GrantedVm run(VmRequest request, Deadline deadline) {
    return handOut.run(Verb.GET_BASE_VM, () -> rules.baseOrder(request), this::giveAway, deadline);
  }

  private GrantedVm giveAway(HandOut.Trip trip, MadeVm made, String routeReason) {
    settler.pause(made, trip.laps(), trip.deadline());
    trip.deadline().check("giving the VM away");
    VmView view = made.view(made.boot(), "");
    journal.write(made.folder(), made.record().givenAway());
    made.vm().detach();
    trip.place().close();
    trip.laps().lap("detach");
    events.emit(
        Kind.VM_GIVEN_AWAY, made.id().value(), "", made.templateKey(), "route " + made.route());
    return new GrantedVm(view, null, made.route(), routeReason, trip.laps().all());
  }
}
