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
import io.vmfactory.factory.routes.HandOuts;
import io.vmfactory.factory.routes.MadeVm;
import io.vmfactory.factory.routes.Rules;
import io.vmfactory.factory.routes.Settler;

/**
 * A paused VM that passes to the caller: no lease, no uniqueness gate, no supervision. A VM off the
 * warm stock (route WARM) went through the gate once, when it was made; before it runs, its new
 * owner sets its clock.
 */
final class GetBaseVm {
  private final Rules rules;
  private final HandOuts handOuts;
  private final Settler settler;
  private final Journal journal;
  private final EventBus events;

  GetBaseVm(Rules rules, HandOuts handOuts, Settler settler, Journal journal, EventBus events) {
    this.rules = rules;
    this.handOuts = handOuts;
    this.settler = settler;
    this.journal = journal;
    this.events = events;
  }

  GrantedVm run(VmRequest request, Deadline deadline) {
    HandOut handOut = handOuts.begin(Verb.GET_BASE_VM, deadline);
    try {
      handOut.admit(rules.baseOrder(request));
      while (true) {
        MadeVm made = handOut.next();
        try {
          return handOut.served(giveAway(made, handOut));
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

  private GrantedVm giveAway(MadeVm made, HandOut handOut) {
    settler.pause(made, handOut.laps(), handOut.deadline());
    handOut.deadline().check("giving the VM away");
    VmView view = made.view(made.boot(), "");
    journal.write(made.folder(), made.record().givenAway());
    made.vm().detach();
    handOut.place().close();
    handOut.laps().lap("detach");
    events.emit(
        Kind.VM_GIVEN_AWAY, made.id().value(), "", made.templateKey(), "route " + made.route());
    return new GrantedVm(view, null, made.route(), handOut.routeReason(), handOut.laps().all());
  }
}
