package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.routes.MadeVm.Warmth;
import io.vmfactory.factory.vm.UniquenessGate;
import io.vmfactory.factory.vm.Waking;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmPhase;

/**
 * Brings a VM, by whatever route it was made, into the state in which a customer gets it: running,
 * unique, with the right clock, answering and sized; or paused, for a customer who wants it so.
 */
public final class Settler {
  private final UniquenessGate gate;

  public Settler(UniquenessGate gate) {
    this.gate = gate;
  }

  /**
   * Lets {@code made} run.
   *
   * @param hostname empty = the one made from its id
   * @return its guest answers and is unique when that has been waited for
   */
  public Waking start(MadeVm made, String hostname, Laps laps, Deadline deadline) {
    Warmth warmth = made.warmth();
    if (warmth != null) {
      return gate.wake(made.vm(), warmth.agent(), hostname, laps, deadline);
    }
    String name = hostname.isEmpty() ? UniquenessGate.hostname(made.id()) : hostname;
    return gate.start(made.vm(), made.folder(), name, laps, deadline);
  }

  /**
   * Gives a running VM what it lacks for {@code wanted}.
   *
   * @return what it has then
   */
  public static Sizing grow(
      MadeVm made, Sizing wanted, GuestAgent agent, Laps laps, Deadline deadline) {
    Sizing lacking = made.boot().shortOf(wanted);
    if (lacking.isZero()) {
      return made.boot();
    }
    Sizing grown = made.boot().plus(made.vm().plug(lacking, deadline));
    laps.lap("plug");
    agent.online(grown.vcpus(), deadline);
    laps.lap("online");
    return grown;
  }

  /**
   * Leaves {@code made} PAUSED and its agent's port free. If its route had it running, its guest
   * has answered.
   */
  public void pause(MadeVm made, Laps laps, Deadline deadline) {
    Warmth warmth = made.warmth();
    if (warmth != null) {
      warmth.agent().close();
    }
    if (made.vm().phase() == VmPhase.PAUSED) {
      return;
    }
    try (GuestAgent agent = gate.connect(made.folder(), laps, deadline)) {
      UniquenessGate.answer(agent, laps, deadline);
    }
    made.vm().stop(deadline);
    laps.lap("stop");
  }
}
