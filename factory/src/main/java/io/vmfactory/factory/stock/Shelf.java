package io.vmfactory.factory.stock;

import io.vmfactory.configs.PoolConfig;
import io.vmfactory.configs.PoolConfig.Count;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.stock.PoolView.Memory;
import io.vmfactory.factory.vm.Footprint;
import io.vmfactory.pool.PoolClock;
import io.vmfactory.pool.PoolStats;
import io.vmfactory.pool.RefillPause;
import io.vmfactory.pool.RollOver;
import io.vmfactory.pool.WarmPool;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The two pools of one template. Warm VMs are made of shells, so the warm pool ends first. */
final class Shelf {
  private final TemplateKey key;
  private final Kept kept;
  private final Budget.Account shellMemory;
  private final Budget.Account warmMemory;
  private final WarmPool<ShellVm> shells;
  private final WarmPool<WarmVm> warm;
  private final Map<Tier, Integer> reported = new ConcurrentHashMap<>();
  private volatile Sizes sizes;
  private String digest;

  Shelf(
      Kept kept,
      Sizes sizes,
      StockParts kit,
      StockWorkers workers,
      Budget budget,
      StockListener listener,
      PoolClock clock,
      RandomGenerator random) {
    TemplateInfo template = kept.template();
    this.kept = kept;
    this.key = template.key();
    this.digest = template.digest();
    this.sizes = sizes;
    shellMemory = budget.open(Tier.SHELL);
    warmMemory = budget.open(Tier.WARM);
    RefillFailures shellFailures = new RefillFailures(key, Tier.SHELL, listener, clock);
    shells =
        new WarmPool<>(
            shellFailures.pool(),
            new ShellMaker(template, kit, workers, shellFailures, shellMemory),
            new Examiner<>(workers, shellFailures, shellMemory, kit.answerLimit()),
            sizes.shells(),
            clock,
            random);
    RefillFailures warmFailures = new RefillFailures(key, Tier.WARM, listener, clock);
    Duration probes = sizes.config().upkeep().probeInterval();
    warm =
        new WarmPool<>(
            warmFailures.pool(),
            new WarmMaker(shells, kit, workers, warmFailures, warmMemory),
            new Examiner.OfWarm(workers, warmFailures, warmMemory, kit.answerLimit(), probes),
            sizes.warm(),
            clock,
            random);
    shellMemory.limit(shells);
    warmMemory.limit(warm);
    shells.whenSettled(() -> settled(Tier.SHELL, listener));
    warm.whenSettled(() -> settled(Tier.WARM, listener));
  }

  /** Reports that a pool is filled; of a pool whose target is zero, only once. */
  private void settled(Tier tier, StockListener listener) {
    int target = stats(tier).aim().count();
    Integer before = reported.put(tier, target);
    if (target > 0 || (before != null && before > 0)) {
      listener.filled(key, tier);
    }
  }

  /** Returns the template whose VMs these are. */
  Kept kept() {
    return kept;
  }

  WarmPool<ShellVm> shells() {
    return shells;
  }

  WarmPool<WarmVm> warm() {
    return warm;
  }

  void start() {
    shells.start();
    warm.start();
  }

  /** Replaces the VMs in stock if the template has been built again. */
  synchronized void follow(TemplateInfo template) {
    if (template.digest().equals(digest)) {
      return;
    }
    digest = template.digest();
    RollOver how = sizes.rollOver();
    // Shells first: a warm VM that is begun from now on is made of a new shell.
    shells.rollOver(how);
    warm.rollOver(how);
  }

  /** Changes the sizes, null = as before; fills again after {@link #drain}. */
  synchronized void resize(@Nullable Count warmCount, @Nullable Count shellCount) {
    sizes = sizes.with(warmCount, shellCount);
    shells.resize(sizes.sizing(sizes.config().shells()));
    warm.resize(sizes.sizing(sizes.config().warm()));
    shells.reopen();
    warm.reopen();
  }

  /** Completes when both are empty; refuses a shell to a warm VM that waits for one. */
  CompletionStage<Void> drain() {
    return both(warm.drain(), shells.drain());
  }

  CompletionStage<Void> close() {
    CompletionStage<Void> closed = both(warm.close(), shells.close());
    return closed.thenRun(
        () -> {
          warmMemory.close();
          shellMemory.close();
        });
  }

  /** Takes a shell of an earlier daemon. */
  void adoptShell(ShellVm shell, Duration age) {
    shells.adopt(shellMemory.entered(shell), age);
  }

  /** Takes a warm VM of an earlier daemon. */
  void adoptWarm(WarmVm adopted, Duration age) {
    warm.adopt(warmMemory.entered(adopted), age);
  }

  private static CompletionStage<Void> both(CompletionStage<Void> one, CompletionStage<Void> two) {
    return CompletableFuture.allOf(one.toCompletableFuture(), two.toCompletableFuture());
  }

  RefillPause pause() {
    RefillPause ofWarm = warm.pauseRefill();
    RefillPause ofShells = shells.pauseRefill();
    return () -> {
      ofShells.close();
      ofWarm.close();
    };
  }

  List<PoolView> views() {
    PoolConfig config = sizes.config();
    return List.of(
        view(Tier.WARM, config.warm(), warmMemory.memory()),
        view(Tier.SHELL, config.shells(), shellMemory.memory()));
  }

  PoolStats stats(Tier tier) {
    return tier == Tier.WARM ? warm.stats() : shells.stats();
  }

  private PoolView view(Tier tier, Count size, Footprint idle) {
    Memory memory = new Memory(idle.privateKib(), idle.sharedKib());
    return new PoolView(key, kept.label(), tier, size, stats(tier), memory);
  }
}
