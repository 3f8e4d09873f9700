package io.vmfactory.bench.simulate;

import io.vmfactory.bench.simulate.Simulation.Setup;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.pool.Allocator;
import io.vmfactory.pool.Claim;
import io.vmfactory.pool.Expiry;
import io.vmfactory.pool.PoolPolicy;
import io.vmfactory.pool.PoolSizing;
import io.vmfactory.pool.PoolStats;
import io.vmfactory.pool.WarmPool;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The two pools of a template, warm VMs made from shells, with VMs that only take time and memory.
 */
final class SimulatedPools {
  /** The share of the time to make a warm VM that making its shell takes (docs/performance.md). */
  private static final double SHELL_SHARE = 0.5;

  /** By how much the time of one VM may be shorter or longer than the mean. */
  private static final double SPREAD = 0.2;

  /** Real time, which plays no part in a simulation: no wait for a shell is ever given up. */
  private static final Duration EVER = Duration.ofDays(365);

  private final EventClock clock;
  private final WaitingMemory waiting;
  private final SplittableRandom random = new SplittableRandom(1);
  private final Tier shellTier;
  private final Tier warmTier;
  private final WarmPool<Tier> shells;
  private final WarmPool<Tier> warm;

  /** A kind of VM; one object stands for all VMs of the kind. */
  private record Tier(double mebibytes, double seconds) {}

  SimulatedPools(EventClock clock, WaitingMemory waiting, PoolSizing sizing, Setup setup) {
    this.clock = clock;
    this.waiting = waiting;
    double seconds = setup.buildTime().toNanos() / 1e9;
    shellTier = new Tier(setup.shellMebibytes(), SHELL_SHARE * seconds);
    warmTier = new Tier(setup.vmMebibytes(), (1 - SHELL_SHARE) * seconds);
    shells = pool("shells", new Maker(() -> made(shellTier)), setup.shells(), setup.atOnce());
    warm = pool("warm VMs", new Maker(this::warmed), sizing, setup.atOnce());
  }

  private WarmPool<Tier> pool(String name, Maker maker, PoolSizing sizing, int atOnce) {
    PoolPolicy policy = PoolPolicy.of(sizing).withAllocationsAtOnce(atOnce);
    return new WarmPool<>(name, maker, Expiry.never(), policy, clock, random);
  }

  void start() {
    shells.start();
    warm.start();
  }

  /** Hands out a waiting warm VM; returns whether there was one. */
  boolean takeWarm() {
    return warm.tryClaim().map(this::taken).isPresent();
  }

  /** Hands out a waiting shell; returns whether there was one. */
  boolean takeShell() {
    return shells.tryClaim().map(this::taken).isPresent();
  }

  PoolStats.Traffic warmTraffic() {
    return warm.stats().traffic();
  }

  private Tier taken(Claim<Tier> claim) {
    Tier tier = claim.take();
    waiting.left(tier.mebibytes, clock.nanos());
    return tier;
  }

  private CompletionStage<Tier> warmed() {
    return shells
        .claimLater(Deadline.after(EVER))
        .thenCompose(
            shell -> {
              taken(shell);
              return made(warmTier);
            });
  }

  private CompletionStage<Tier> made(Tier tier) {
    CompletableFuture<Tier> made = new CompletableFuture<>();
    double seconds = tier.seconds * (1 - SPREAD + 2 * SPREAD * random.nextDouble());
    clock.after(Duration.ofNanos((long) (seconds * 1e9)), () -> wait(tier, made));
    return made;
  }

  private void wait(Tier tier, CompletableFuture<Tier> made) {
    waiting.entered(tier.mebibytes, clock.nanos());
    made.complete(tier);
  }

  /** Makes simulated VMs. */
  private final class Maker implements Allocator<Tier> {
    private final Supplier<CompletionStage<Tier>> making;

    Maker(Supplier<CompletionStage<Tier>> making) {
      this.making = making;
    }

    @Override
    public CompletionStage<Tier> allocate(Deadline limit) {
      return making.get();
    }

    @Override
    public CompletionStage<Void> dispose(Tier tier) {
      waiting.left(tier.mebibytes, clock.nanos());
      return CompletableFuture.completedFuture(null);
    }
  }
}
