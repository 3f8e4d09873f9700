package io.vmfactory.factory.vm;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.guest.Uniqueness;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;

/**
 * Takes VMs through the uniqueness gate: whoever is to have one, a customer or the stock, gets it
 * running, answering and unlike any other.
 */
public final class UniquenessGate {
  private final GuestAgents agents;
  private final WallClock clock;

  public UniquenessGate(GuestAgents agents, WallClock clock) {
    this.agents = agents;
    this.clock = clock;
  }

  /** The name of a guest that nobody gave another. */
  public static String hostname(VmId id) {
    return "vm-" + id.shortened();
  }

  /**
   * Brings a VM that is PAUSED, or RUNNING with its agent's port open, through the gate.
   *
   * @param laps told of "connect", "cont" (when it was PAUSED), "answer", "unique"
   * @return its agent, the caller's to close. When this throws, no connection is left and the VM
   *     must be killed
   */
  public GuestAgent pass(Vm vm, VmFolder folder, String hostname, Laps laps, Deadline deadline) {
    GuestAgent agent = connect(folder, laps, deadline);
    try {
      agent.awaitServing(() -> resume(vm, laps, deadline), deadline);
      laps.lap("answer");
      agent.makeUnique(Uniqueness.fresh(clock, hostname), deadline);
      laps.lap("unique");
      return agent;
    } catch (RuntimeException e) {
      agent.close();
      throw e;
    }
  }

  private static void resume(Vm vm, Laps laps, Deadline deadline) {
    if (vm.phase() == VmPhase.PAUSED) {
      vm.cont(deadline);
      laps.lap("cont");
    }
  }

  /**
   * Lets a PAUSED VM that went through the gate before run for its customer. Its clock is on the
   * way before it runs.
   *
   * @param hostname empty = it keeps the one it has
   * @param meanwhile done on this thread when it runs, before its answer is waited for; what it
   *     throws is thrown
   * @param laps told of "cont", "wake"
   */
  public void wake(
      Vm vm, GuestAgent agent, String hostname, Runnable meanwhile, Laps laps, Deadline deadline) {
    Runnable resume =
        () -> {
          vm.cont(deadline);
          laps.lap("cont");
          meanwhile.run();
        };
    agent.wake(clock, hostname, resume, deadline);
    laps.lap("wake");
  }

  /** A connection to the agent of the VM in {@code folder}. */
  public GuestAgent connect(VmFolder folder, Laps laps, Deadline deadline) {
    GuestAgent agent = agents.connect(folder.agentSocket(), deadline);
    laps.lap("connect");
    return agent;
  }

  /** The first call of a connection, as the agent wants it (guest/README.md). */
  public static void answer(GuestAgent agent, Laps laps, Deadline deadline) {
    agent.awaitServing(deadline);
    laps.lap("answer");
  }
}
