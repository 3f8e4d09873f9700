package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.guest.Uniqueness;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmPhase;

/**
 * Brings a VM, whatever its route, to the state in which customers get it: running, unique, clock
 * right, agent answering, sized. Lets go of the agent at the end: its port takes one host at a
 * time.
 */
final class Settler {
  /** Fills the guest's entropy pool, see {@link Uniqueness}. */
  private final GuestAgents agents;

  private final WallClock clock;

  Settler(GuestAgents agents, WallClock clock) {
    this.agents = agents;
    this.clock = clock;
  }

  /** What {@code made} really has in the end. */
  Sizing settle(MadeVm made, Sizing wanted, String hostname, Laps laps, Deadline deadline) {
    try (GuestAgent agent = connect(made, laps, deadline)) {
      if (made.vm().phase() == VmPhase.PAUSED) {
        made.vm().cont(deadline);
        laps.lap("cont");
      }
      answer(agent, laps, deadline);
      agent.makeUnique(Uniqueness.fresh(clock, hostname), deadline);
      laps.lap("unique");
      return grow(made, wanted, agent, laps, deadline);
    }
  }

  /** Leaves {@code made} PAUSED, its guest known to answer when the route had it running. */
  void pause(MadeVm made, Laps laps, Deadline deadline) {
    if (made.vm().phase() == VmPhase.PAUSED) {
      return;
    }
    try (GuestAgent agent = connect(made, laps, deadline)) {
      answer(agent, laps, deadline);
    }
    made.vm().stop(deadline);
    laps.lap("stop");
  }

  private GuestAgent connect(MadeVm made, Laps laps, Deadline deadline) {
    GuestAgent agent = agents.connect(made.folder().agentSocket(), deadline);
    laps.lap("connect");
    return agent;
  }

  /** The first call of a connection, as the agent wants it (guest/README.md). */
  private static void answer(GuestAgent agent, Laps laps, Deadline deadline) {
    agent.awaitServing(deadline);
    laps.lap("answer");
  }

  private static Sizing grow(
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
}
