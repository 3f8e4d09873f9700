package io.vmfactory.factory.vm;

import static java.util.Objects.requireNonNull;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestAgent.Answer;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.guest.GuestHooks;
import io.vmfactory.guest.Uniqueness;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import java.util.List;
import java.util.function.Supplier;

/**
 * The uniqueness gate: no VM goes to a customer or onto the stock before its guest runs, answers
 * and is unlike any other.
 */
public final class UniquenessGate {
  private final GuestAgents agents;
  private final WallClock clock;

  public UniquenessGate(GuestAgents agents, WallClock clock) {
    this.agents = agents;
    this.clock = clock;
  }

  /** The hostname of a guest that was given no other. */
  public static String hostname(VmId id) {
    return "vm-" + id.shortened();
  }

  /**
   * Lets {@code hosted} run, whether it was made unique before or not.
   *
   * @param hostname empty = the one that it has, or the one made from its id
   * @param deadline for the guest's next answer
   * @param work when the commands must have ended that the guest has for after a restore
   * @return its guest answers, is unique and has the right time when that has been waited for. If
   *     this or the wait throws, the VM must be ended
   */
  public Waking start(
      HostedVm hosted, String hostname, Laps laps, Deadline deadline, Deadline work) {
    if (hosted.agent() != null) {
      return wake(hosted, hostname, laps, deadline);
    }
    String name = hostname.isEmpty() ? hostname(hosted.id()) : hostname;
    return start(hosted, name, List.of(GuestHooks.Moment.RESTORE), laps, deadline, work);
  }

  /**
   * Lets {@code hosted}, which was never made unique, run for a while before it waits in a pool.
   * Its guest rehearses, if it has anything for that.
   *
   * @param deadline for the guest's next answer
   * @param work when the commands must have ended that the guest has
   * @return as of {@link #start}
   */
  public Waking rehearse(HostedVm hosted, Laps laps, Deadline deadline, Deadline work) {
    return start(
        hosted, hostname(hosted.id()), List.of(GuestHooks.Moment.values()), laps, deadline, work);
  }

  private Waking start(
      HostedVm hosted,
      String hostname,
      List<GuestHooks.Moment> moments,
      Laps laps,
      Deadline deadline,
      Deadline work) {
    Uniqueness unique = Uniqueness.fresh(clock, hostname, hosted.id());
    return new NewGuest(connect(hosted, laps, deadline), unique, moments, laps)
        .start(hosted.vm(), deadline, work);
  }

  /** A guest that was never made unique. If a step fails, its connection is closed. */
  private record NewGuest(
      GuestAgent agent, Uniqueness unique, List<GuestHooks.Moment> moments, Laps laps) {
    /**
     * Lets it run, if it is PAUSED; else the agent's port is open. The first question to its agent
     * is on the way before it runs. The laps get "connect" and "cont" now, "answer", "unique",
     * "hooks" and "rehearsal" (if it has any) later.
     */
    Waking start(Vm vm, Deadline deadline, Deadline work) {
      return orClose(
          () -> {
            Answer answer = agent.askServing(deadline);
            if (vm.phase() == VmPhase.PAUSED) {
              vm.cont(deadline);
              laps.lap("cont");
            }
            return () -> orClose(() -> makeUnique(answer, deadline, work));
          });
    }

    private GuestAgent makeUnique(Answer answer, Deadline deadline, Deadline work) {
      answer.await();
      laps.lap("answer");
      GuestHooks.Due due = agent.makeUnique(unique, deadline);
      laps.lap("unique");
      for (GuestHooks.Moment moment : moments) {
        if (due.at(moment) > 0) {
          agent.hooks().runRegistered(moment, work);
          laps.lap(moment == GuestHooks.Moment.RESTORE ? "hooks" : "rehearsal");
        }
      }
      return agent;
    }

    private <T> T orClose(Supplier<T> step) {
      try {
        return step.get();
      } catch (RuntimeException e) {
        agent.close();
        throw e;
      }
    }
  }

  /**
   * Lets a PAUSED VM that was made unique before run for its customer. Its clock is on the way
   * before it runs.
   *
   * @param hostname empty = the guest keeps the one it has
   * @param laps gets "cont" now, "wake" later
   * @return corrects the guest's clock. If this or the wait for it throws, the VM keeps its agent
   */
  private Waking wake(HostedVm hosted, String hostname, Laps laps, Deadline deadline) {
    GuestAgent agent = requireNonNull(hosted.agent());
    Answer answer = agent.startWake(clock, hostname, deadline);
    hosted.vm().cont(deadline);
    laps.lap("cont");
    return () -> {
      answer.await();
      laps.lap("wake");
      return agent;
    };
  }

  /**
   * Lets a customer's VM run again that was PAUSED, and corrects its clock. If the guest does not
   * answer, the VM runs all the same.
   *
   * @param laps gets "connect", "cont" and "wake"
   */
  public void resume(HostedVm hosted, Laps laps, Deadline deadline) {
    try (GuestAgent agent = connect(hosted, laps, deadline)) {
      Answer answer = agent.startWake(clock, "", deadline);
      hosted.vm().cont(deadline);
      laps.lap("cont");
      answer.await();
      laps.lap("wake");
    }
  }

  /** Connects to the agent of a VM, on the daemon's own port. */
  public GuestAgent connect(HostedVm hosted, Laps laps, Deadline deadline) {
    GuestAgent agent = agents.connect(hosted.folder().gateSocket(), deadline);
    laps.lap("connect");
    return agent;
  }

  /** Makes the first call of a connection, which the agent needs (guest/README.md). */
  public static void answer(GuestAgent agent, Laps laps, Deadline deadline) {
    agent.awaitServing(deadline);
    laps.lap("answer");
  }
}
