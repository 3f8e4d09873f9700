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

/** The two pools of a template, warm VMs made of shells, with VMs that take time and memory. */
final class Tiers {
  /** Of the time to make a warm VM, what making its shell takes (docs/performance.md). */
  private static final double SHELL_SHARE = 0.5;

  /** By how much the time of one VM is shorter or longer than the mean. */
  private static final double SPREAD = 0.2;

  /** Real time, which a simulation has nothing to do with: nobody gives up waiting for a shell. */
  private static final Duration EVER = Duration.ofDays(365);

  private final EventClock clock;
  private final Holdings holdings;
  private final SplittableRandom random = new SplittableRandom(1);
  private final Tier shellTier;
  private final Tier warmTier;
  private final WarmPool<Tier> shells;
  private final WarmPool<Tier> warm;

  /** A kind of VM, which stands for each of them. */
  private record Tier(double mebibytes, double seconds) {}

  Tiers(EventClock clock, Holdings holdings, PoolSizing sizing, Setup setup) {
    this.clock = clock;
    this.holdings = holdings;
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

  /** Whether a warm VM waited, which is the customer's now. */
  boolean takeWarm() {
    return warm.tryClaim().map(this::taken).isPresent();
  }

  /** Whether a shell waited, which is the customer's now. */
  boolean takeShell() {
    return shells.tryClaim().map(this::taken).isPresent();
  }

  PoolStats.Traffic warmTraffic() {
    return warm.stats().traffic();
  }

  private Tier taken(Claim<Tier> claim) {
    Tier tier = claim.take();
    holdings.left(tier.mebibytes, clock.nanos());
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
    holdings.entered(tier.mebibytes, clock.nanos());
    made.complete(tier);
  }

  /** The scripted hypervisor. */
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
      holdings.left(tier.mebibytes, clock.nanos());
      return CompletableFuture.completedFuture(null);
    }
  }
}
