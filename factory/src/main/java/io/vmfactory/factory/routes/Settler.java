package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.routes.MadeVm.Warmth;
import io.vmfactory.factory.vm.UniquenessGate;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.time.Duration;

/**
 * Brings a VM, whatever its route, to the state in which customers get it: running, unique, clock
 * right, agent answering, sized. Lets go of the agent at the end: its port takes one host at a
 * time.
 */
public final class Settler {
  /** Waking takes milliseconds, where the CPUs are busy with other guests some hundreds. */
  private static final Duration WAKING = Duration.ofSeconds(5);

  private final UniquenessGate gatekeeper;

  public Settler(UniquenessGate gatekeeper) {
    this.gatekeeper = gatekeeper;
  }

  /**
   * Hands {@code made} what {@code order} wants of it.
   *
   * @param meanwhile done on this thread while the guest of a warm VM wakes up, when it runs
   *     already; not done on other routes. What it throws is thrown
   * @return what it really has in the end
   */
  public Sizing settle(MadeVm made, Order order, Runnable meanwhile, Laps laps, Deadline deadline) {
    try (GuestAgent agent = running(made, order.hostname(), meanwhile, laps, deadline)) {
      return grow(made, order.wanted(), agent, laps, deadline);
    }
  }

  private GuestAgent running(
      MadeVm made, String hostname, Runnable meanwhile, Laps laps, Deadline deadline) {
    Warmth warmth = made.warmth();
    if (warmth == null) {
      String name = hostname.isEmpty() ? UniquenessGate.hostname(made.id()) : hostname;
      return gatekeeper.pass(made.vm(), made.folder(), name, laps, deadline);
    }
    wake(made.vm(), warmth.agent(), hostname, meanwhile, laps, deadline);
    return warmth.agent();
  }

  /**
   * Time is left for another when this one hangs.
   *
   * @param hostname empty = the one that it was given when it was made
   */
  private void wake(
      Vm vm, GuestAgent agent, String hostname, Runnable meanwhile, Laps laps, Deadline deadline) {
    Duration half = deadline.remaining().dividedBy(2);
    Deadline limit = Deadline.after(half.compareTo(WAKING) < 0 ? half : WAKING);
    try {
      gatekeeper.wake(vm, agent, hostname, meanwhile, laps, limit);
    } catch (DeadlineExceededException e) {
      deadline.check("a warm VM to wake");
      throw new VmmException(Reason.FAILED, "the warm VM hangs: " + e.getMessage(), e);
    }
  }

  /**
   * Leaves {@code made} PAUSED, its guest known to answer when the route had it running, and its
   * agent's port free.
   */
  public void pause(MadeVm made, Laps laps, Deadline deadline) {
    Warmth warmth = made.warmth();
    if (warmth != null) {
      warmth.agent().close();
    }
    if (made.vm().phase() == VmPhase.PAUSED) {
      return;
    }
    try (GuestAgent agent = gatekeeper.connect(made.folder(), laps, deadline)) {
      UniquenessGate.answer(agent, laps, deadline);
    }
    made.vm().stop(deadline);
    laps.lap("stop");
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
