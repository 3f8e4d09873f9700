package io.vmfactory.factory.stock;

import io.vmfactory.configs.PoolConfig;
import io.vmfactory.configs.PoolConfig.Count;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.turns.RestoreTurns;
import io.vmfactory.factory.turns.TurnStats;
import io.vmfactory.pool.Claim;
import io.vmfactory.pool.PoolClock;
import io.vmfactory.pool.PoolStats;
import io.vmfactory.pool.RefillPause;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All VMs that are kept ready: a shelf of two pools for each template that fits the configuration
 * as it stands. Thread-safe; no method waits.
 *
 * <p>Life: {@link #sync} with the stored templates, adopt the VMs of an earlier daemon, {@link
 * #start}; then {@link #sync} whenever templates change; {@link #close}.
 */
public final class Stock {
  private static final Duration LOADING = Duration.ofSeconds(60);

  private final StockParts kit;
  private final RestoreTurns turns;
  private final StockWorkers workers;
  private final Budget budget;
  private final StockListener listener;
  private final PoolClock clock;
  private final SplittableRandom random = new SplittableRandom();
  private final Map<String, Shelf> shelves = new ConcurrentSkipListMap<>();
  private final Set<CompletableFuture<Void>> closing = new HashSet<>();
  private final Map<String, Sizes> named = new HashMap<>();
  private Sizes sizes;
  private boolean started;
  private boolean closed;

  /**
   * The threads of the stock, which closes them.
   *
   * @param making one thread for each turn
   * @param upkeep a few threads, to check and to end VMs
   * @param clock times and timers of the pools
   */
  public record Threads(ExecutorService making, ExecutorService upkeep, PoolClock clock) {}

  /** Makes a stock without templates. */
  public Stock(
      PoolConfig config,
      StockParts kit,
      RestoreTurns turns,
      Threads threads,
      StockListener listener) {
    this.sizes = new Sizes(config, turns.stats().limit());
    this.kit = kit;
    this.turns = turns;
    this.workers = new StockWorkers(threads.making(), threads.upkeep(), turns);
    this.budget = new Budget(config.memoryBudgetBytes(), kit.meter(), threads.upkeep());
    this.listener = listener;
    this.clock = threads.clock();
  }

  // Which templates.

  /**
   * Keeps VMs of these templates and no others. Loads new templates into memory and begins to keep
   * VMs of them, replaces the VMs of templates that were built again, and ends the VMs of templates
   * that are gone.
   *
   * @return completes when the VMs of the latter have ended
   */
  public CompletionStage<Void> sync(Collection<Kept> current) {
    Set<String> wanted =
        current.stream().map(kept -> kept.template().key().hex()).collect(Collectors.toSet());
    synchronized (this) {
      List<Shelf> gone =
          shelves.keySet().stream().filter(Predicate.not(wanted::contains)).toList().stream()
              .map(shelves::remove)
              .toList();
      if (!closed) {
        current.forEach(this::follow);
      }
      return ended(gone);
    }
  }

  private void follow(Kept kept) {
    TemplateInfo template = kept.template();
    Shelf known = shelves.get(template.key().hex());
    if (known != null) {
      known.follow(template);
      return;
    }
    Sizes own = sizes(kept);
    Shelf shelf = new Shelf(kept, own, kit, workers, budget, listener, clock, random);
    shelves.put(template.key().hex(), shelf);
    if (!kept.isNamed() || own.keepsAny()) {
      takeIntoMemory(template.key());
    }
    if (started) {
      shelf.start();
    }
  }

  private Sizes sizes(Kept kept) {
    return kept.isNamed() ? named.computeIfAbsent(kept.pool(), sizes::ofName) : sizes;
  }

  /**
   * Loads a template, even if no VM of it is kept: the first clone need not wait for that. Named
   * templates can be many, so of them only those whose VMs are kept.
   */
  private void takeIntoMemory(TemplateKey template) {
    workers
        .aside(() -> load(template))
        .exceptionally(
            failure -> {
              String what = "taking template %s into memory".formatted(template.shortened());
              listener.failed(what, "", RefillFailures.cause(failure));
              return null;
            });
  }

  private @Nullable Void load(TemplateKey template) {
    kit.templates().load(template, Deadline.after(LOADING));
    return null;
  }

  private CompletionStage<Void> ended(List<Shelf> gone) {
    List<CompletableFuture<Void>> ends =
        gone.stream().map(shelf -> shelf.close().toCompletableFuture()).toList();
    closing.addAll(ends);
    return all(ends).thenRun(() -> forget(ends));
  }

  @SuppressWarnings("CollectionUndefinedEquality") // these very futures, not equal ones
  private synchronized void forget(List<CompletableFuture<Void>> ends) {
    closing.removeAll(ends);
  }

  private static CompletableFuture<Void> all(Collection<CompletableFuture<Void>> stages) {
    return CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new));
  }

  // VMs of an earlier daemon; before the start.

  /** Whether VMs of that template are kept. */
  public boolean keeps(TemplateKey template) {
    return shelves.containsKey(template.hex());
  }

  /**
   * Takes a shell into the stock.
   *
   * @param age since it was made
   * @return false if it is not wanted; then it stays the caller's
   */
  public boolean adoptShell(TemplateKey template, ShellVm shell, Duration age) {
    Optional<Shelf> shelf = shelf(template);
    shelf.ifPresent(s -> s.adoptShell(shell, age));
    return shelf.isPresent();
  }

  /**
   * Takes a warm VM into the stock; its agent is connected.
   *
   * @param age since it was made
   * @return false if it is not wanted; then it stays the caller's
   */
  public boolean adoptWarm(TemplateKey template, WarmVm warm, Duration age) {
    Optional<Shelf> shelf = shelf(template);
    shelf.ifPresent(s -> s.adoptWarm(warm, age));
    return shelf.isPresent();
  }

  /** Begins to fill the pools. */
  public synchronized void start() {
    started = true;
    shelves.values().forEach(Shelf::start);
  }

  // What customers take.

  /** Claims a warm VM if there is one. Its taker calls {@link WarmVm#taken}. */
  public Optional<Claim<WarmVm>> claimWarm(TemplateKey template) {
    return shelf(template).flatMap(shelf -> shelf.warm().tryClaim());
  }

  /** Claims a shell if there is one. Its taker calls {@link ShellVm#taken}. */
  public Optional<Claim<ShellVm>> claimShell(TemplateKey template) {
    return shelf(template).flatMap(shelf -> shelf.shells().tryClaim());
  }

  /** Says why there was none to claim, for people. */
  public String shortage(TemplateKey template, Tier tier) {
    String what = tier == Tier.WARM ? "warm VM" : "shell";
    return shelf(template)
        .map(shelf -> shelf.stats(tier))
        .map(stats -> "no %s on stock (%s)".formatted(what, state(stats)))
        .orElse("no %ss are kept of template %s".formatted(what, template.shortened()));
  }

  private static String state(PoolStats stats) {
    if (stats.phase() != PoolStats.Phase.OPEN) {
      return "drained; resize the pool to fill it again";
    }
    String making = ", %d being made".formatted(stats.slots().allocating());
    String failing =
        stats.retry().map(retry -> ", allocation fails: " + retry.cause().getMessage()).orElse("");
    return "target " + stats.aim().count() + making + failing;
  }

  /** Pauses all refilling until the result is closed, because requests need the CPUs. */
  public RefillPause pause() {
    List<RefillPause> pauses = shelves.values().stream().map(Shelf::pause).toList();
    return () -> pauses.forEach(RefillPause::close);
  }

  // What operators do.

  /**
   * Changes the numbers to keep, until this daemon ends; fills drained pools again.
   *
   * @param template null = of every template without a name, later ones too. Of a named one, the
   *     sizes hold for later versions too
   * @param warm null = as before
   * @param shells null = as before
   * @return the pools concerned
   */
  public synchronized List<PoolView> resize(
      @Nullable TemplateKey template, @Nullable Count warm, @Nullable Count shells) {
    if (template == null) {
      sizes = sizes.with(warm, shells);
    }
    List<Shelf> chosen = template == null ? unnamed() : chosen(template);
    for (Shelf shelf : chosen) {
      shelf.resize(warm, shells);
      if (shelf.kept().isNamed()) {
        named.computeIfPresent(shelf.kept().pool(), (name, was) -> was.with(warm, shells));
      }
    }
    budget.review();
    return views(chosen);
  }

  /**
   * Ends the idle VMs and keeps none until {@link #resize}.
   *
   * @param template null = of every template
   * @return completes with the pools concerned when they are empty; cancelled if one is filled
   *     again before that
   */
  public CompletionStage<List<PoolView>> drain(@Nullable TemplateKey template) {
    List<Shelf> chosen = chosen(template);
    return all(chosen.stream().map(shelf -> shelf.drain().toCompletableFuture()).toList())
        .thenApply(nothing -> drained(chosen));
  }

  /** Gives the memory that they no longer take to the other pools. */
  private List<PoolView> drained(List<Shelf> emptied) {
    budget.review();
    return views(emptied);
  }

  /** Returns every pool, by template, warm before shells. */
  public List<PoolView> views() {
    return views(List.copyOf(shelves.values()));
  }

  /** Returns how the turns to restore or boot a VM are used now. */
  public TurnStats restores() {
    return turns.stats();
  }

  private List<Shelf> chosen(@Nullable TemplateKey template) {
    return template == null ? List.copyOf(shelves.values()) : shelf(template).stream().toList();
  }

  private List<Shelf> unnamed() {
    return shelves.values().stream().filter(shelf -> !shelf.kept().isNamed()).toList();
  }

  private static List<PoolView> views(List<Shelf> chosen) {
    return chosen.stream().map(Shelf::views).flatMap(List::stream).toList();
  }

  private Optional<Shelf> shelf(TemplateKey template) {
    return Optional.ofNullable(shelves.get(template.hex()));
  }

  // The end.

  /**
   * Makes no more VMs and ends those in stock. Close the turns first; otherwise refills that are
   * queued there wait forever.
   *
   * @param keepVms leave complete VMs for the next daemon; half-made VMs are ended
   * @return completes when nothing is left. A second call returns the same
   */
  public synchronized CompletionStage<Void> close(boolean keepVms) {
    if (!closed) {
      closed = true;
      if (keepVms) {
        workers.keepVms();
      }
      workers.callOff();
      shelves.values().forEach(shelf -> closing.add(shelf.close().toCompletableFuture()));
      var unused = all(Set.copyOf(closing)).whenComplete((nothing, failure) -> workers.close());
    }
    return all(Set.copyOf(closing));
  }
}
