package io.vmfactory.harness.storm;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.daemon.RunningVm;
import io.vmfactory.harness.storm.History.Entry;
import io.vmfactory.harness.storm.Operation.Kind;
import io.vmfactory.harness.storm.Operation.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Kills VMs and daemons. The number of the cycle decides in turn what happens to the daemon, so
 * that a few cycles contain everything, and some daemons survive several cycles. The dice choose
 * victims and moments. A moment is the begin of some client's operation, or shortly after it.
 */
final class Chaos {
  private static final String NAME = "chaos";
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int FROZEN_PERCENT = 25;

  /** The least number of operations that the clients begin in a cycle. */
  private final int moments;

  private final List<CompletableFuture<Void>> freezes = new ArrayList<>();
  private final Dice dice;
  private final Ground ground;

  /** What happens to the daemon in one cycle. */
  private enum Fate {
    KILLED,
    REPLACED,
    KILLED_TWICE,
    SPARED,
    LEFT_ALONE;

    static Fate of(int cycle) {
      return values()[cycle % values().length];
    }
  }

  /**
   * Makes chaos for one storm.
   *
   * @param moments the least number of operations that the clients begin in a cycle
   */
  Chaos(long seed, Ground ground, int moments) {
    this.dice = new Dice(seed, NAME);
    this.ground = ground;
    this.moments = moments;
  }

  /** Kills while the clients go through that cycle. A daemon is ready when this returns. */
  void cycle(int number) throws IOException {
    int begun = ground.history().begun();
    Fate fate = Fate.of(number);
    int daemonAt = dice.below(moments);
    List<Integer> killsAt = new ArrayList<>();
    for (int i = dice.between(1, 3); i > 0; i--) {
      killsAt.add(dice.below(moments));
    }
    for (int moment = 0; moment < moments; moment++) {
      if (moment == daemonAt) {
        await(begun + moment);
        unseat(fate);
      }
      if (killsAt.contains(moment)) {
        await(begun + moment);
        if (dice.chance(FROZEN_PERCENT)) {
          freezeVm();
        } else {
          killVm();
        }
      }
    }
    for (CompletableFuture<Void> freeze : freezes) {
      Deadline.after(LIMIT.plus(LIMIT)).await(freeze, "a VM that hangs to be replaced");
    }
    freezes.clear();
  }

  private void await(int operations) {
    Deadline limit = Deadline.after(LIMIT.multipliedBy(4));
    limit.await(ground.history().whenBegun(operations), "operation " + operations + " to begin");
    Duration later = dice.millis(0, 150);
    limit.await(
        CompletableFuture.runAsync(
            () -> {}, CompletableFuture.delayedExecutor(later.toNanos(), TimeUnit.NANOSECONDS)),
        "the moment of chaos");
  }

  private void unseat(Fate fate) throws IOException {
    Seat seat = ground.seat();
    switch (fate) {
      case KILLED -> {
        Entry entry = begin(Kind.KILL_DAEMON);
        entry.end(Outcome.OK, seat.kill());
      }
      case REPLACED -> {
        Entry entry = begin(Kind.REPLACE_DAEMON);
        entry.end(Outcome.OK, seat.replace());
      }
      case KILLED_TWICE -> {
        Entry entry = begin(Kind.KILL_DAEMON);
        entry.end(Outcome.OK, seat.killTwice(dice.millis(100, 1500)));
      }
      case SPARED, LEFT_ALONE -> {}
    }
  }

  /**
   * Kills a VM: one that a client has, or any other that waits, is being made or was given away.
   */
  private void killVm() {
    boolean leased = dice.chance(50);
    List<RunningVm> victims =
        RunningVm.of(ground.seat().home().vms()).stream()
            .filter(vm -> ground.held().containsKey(vm.vm()) == leased)
            .toList();
    int choice = dice.below(1 << 16);
    if (victims.isEmpty()) {
      return;
    }
    RunningVm victim = victims.get(choice % victims.size());
    Entry entry = begin(Kind.KILL_VM).vm(victim.vm());
    victim.kill(Deadline.after(LIMIT));
    entry.end(Outcome.OK, leased ? "leased" : "not in a client's hand");
  }

  /** Freezes a VM that waits in the pool, as its record says. The daemon must find that out. */
  private void freezeVm() throws IOException {
    List<RunningVm> victims =
        RunningVm.of(ground.seat().home().vms()).stream().filter(this::waits).toList();
    int choice = dice.below(1 << 16);
    if (victims.isEmpty()) {
      return;
    }
    RunningVm victim = victims.get(choice % victims.size());
    Entry entry = begin(Kind.FREEZE_VM).vm(victim.vm());
    freezes.add(
        victim
            .freeze()
            .orTimeout(LIMIT.toNanos(), TimeUnit.NANOSECONDS)
            .handle(
                (gone, late) -> {
                  entry.end(late == null ? Outcome.OK : Outcome.UNKNOWN, "");
                  return null;
                }));
  }

  private boolean waits(RunningVm vm) {
    try {
      String record =
          Files.readString(ground.seat().home().vms().resolve(vm.vm()).resolve("vm.json"));
      return record.contains("\"SHELL\"") || record.contains("\"WARM\"");
    } catch (IOException ended) {
      return false;
    }
  }

  private Entry begin(Kind kind) {
    return ground.history().begin(NAME, kind, Deadline.after(LIMIT));
  }
}
