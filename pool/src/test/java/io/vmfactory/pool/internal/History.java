package io.vmfactory.pool.internal;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.pool.Allocator;
import io.vmfactory.pool.Backoff;
import io.vmfactory.pool.Claim;
import io.vmfactory.pool.Examination;
import io.vmfactory.pool.Expiry;
import io.vmfactory.pool.Item;
import io.vmfactory.pool.PoolPolicy;
import io.vmfactory.pool.PoolSizing;
import io.vmfactory.pool.PoolStats;
import io.vmfactory.pool.RefillPause;
import io.vmfactory.pool.RollOver;
import io.vmfactory.pool.SteppedClock;
import io.vmfactory.pool.Upkeep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * One run of a pool in which every step is a choice: what clients do; in which order allocations,
 * disposals, examinations and timers end, and how; and, in every other history, when each effect of
 * an action runs, as if on a thread that was held up at that point.
 */
final class History implements Allocator<Item>, Expiry<Item> {
  private static final int SETTLING_STEPS = 2000;

  final List<String> trace = new ArrayList<>();
  private final Choices choices;
  private final boolean tracing;
  private final boolean effectsLater;
  private final PoolPolicy policy;
  private final SteppedClock clock = new SteppedClock();
  private final Ledger ledger = new Ledger();
  private final PoolCore<Item> pool;
  private final List<Runnable> effects = new ArrayList<>();
  private final List<CompletableFuture<Claim<Item>>> waiting = new ArrayList<>();
  private final List<Claim<Item>> held = new ArrayList<>();
  private final List<Claim<Item>> taken = new ArrayList<>();
  private final List<CompletableFuture<Item>> allocations = new ArrayList<>();
  private final List<CompletableFuture<Void>> disposals = new ArrayList<>();
  private final List<CompletableFuture<Examination>> examinations = new ArrayList<>();
  private final List<CompletableFuture<Void>> lives = new ArrayList<>();
  private final List<RefillPause> pauses = new ArrayList<>();
  private AssertionError violation;
  private boolean calm;

  History(Choices choices, boolean tracing) {
    this.choices = choices;
    this.tracing = tracing;
    effectsLater = choices.next(2) == 1;
    policy =
        new PoolPolicy(
            sizing(),
            1 + choices.next(2),
            Duration.ofSeconds(60),
            new Backoff(Duration.ofMillis(5), Duration.ofMillis(5L << choices.next(4))),
            new Upkeep(millis(50 * choices.next(2)), millis(20 * choices.next(2)), 0.5));
    note("%s, effects %s", policy, effectsLater ? "later" : "at once");
    PoolHost host = new PoolHost(clock, new Random(choices.next(1000)), this::effect);
    pool = new PoolCore<>("pool", this, this, policy, host);
  }

  /** Runs the whole history. Throws an AssertionError on the first violation. */
  void run() {
    for (int n = choices.next(3); n > 0; n--) {
      adopt();
    }
    pool.start();
    while (!choices.over()) {
      step();
      check();
    }
    calmDown();
    close();
  }

  private void step() {
    switch (choices.next(16)) {
      case 0, 1, 2 -> claim();
      case 3 -> tryClaim();
      case 4 -> cancel();
      case 5, 6 -> endClaim();
      case 7, 8 -> endAllocation();
      case 9 -> endDisposal();
      case 10 -> endExamination();
      case 11 -> passTime();
      case 12, 13 -> fireTimer();
      case 14 -> runEffect();
      default -> operate();
    }
  }

  private void check() {
    if (violation != null) {
      throw violation;
    }
    if (allocations.size() > policy.allocationsAtOnce()) {
      throw new AssertionError(allocations.size() + " allocations at once");
    }
  }

  // Actions of clients.

  private void claim() {
    Duration patience = millis(1 + choices.next(40));
    note("claim for %s", patience);
    CompletableFuture<Claim<Item>> answer = pool.claim(patience);
    waiting.add(answer);
    var unused =
        answer.whenComplete(
            (claim, failure) -> {
              if (claim != null) {
                guarded(() -> delivered(answer, claim));
              }
            });
  }

  private void delivered(CompletableFuture<Claim<Item>> answer, Claim<Item> claim) {
    note("got it");
    if (!effectsLater) {
      for (int i = 0; waiting.get(i) != answer; i++) {
        require(waiting.get(i).isDone(), "a waiter was overtaken");
      }
    }
    hold(claim);
    if (!calm && choices.next(6) == 0) {
      end(held.remove(held.indexOf(claim)));
    }
  }

  private void tryClaim() {
    note("tryClaim");
    pool.tryClaim().ifPresent(this::hold);
  }

  private void hold(Claim<Item> claim) {
    ledger.claimed(claim);
    held.add(claim);
  }

  private void cancel() {
    waiting.removeIf(CompletableFuture::isDone);
    if (!waiting.isEmpty()) {
      int which = choices.next(waiting.size());
      note("cancel waiter %d", which);
      waiting.get(which).cancel(false);
    }
  }

  private void endClaim() {
    if (!held.isEmpty()) {
      end(held.remove(choices.next(held.size())));
    } else if (!taken.isEmpty() && choices.next(4) == 0) {
      note("poison after taking");
      poison(taken.remove(0));
    }
  }

  private void end(Claim<Item> claim) {
    switch (choices.next(4)) {
      case 0, 1 -> undo(claim);
      case 2 -> take(claim);
      default -> poison(claim);
    }
  }

  private void undo(Claim<Item> claim) {
    note("undo");
    ledger.undone(claim);
    require(claim.undo(), "the undo was refused");
  }

  private void take(Claim<Item> claim) {
    note("take");
    ledger.taken(claim);
    claim.take();
    require(!claim.undo(), "undone after taking");
    taken.add(claim);
  }

  private void poison(Claim<Item> claim) {
    note("poison");
    ledger.poisoned(claim);
    require(claim.poison(new IllegalStateException("poisoned")), "the poison was refused");
  }

  private void operate() {
    switch (choices.next(10)) {
      case 9 -> limit();
      case 8 -> adopt();
      case 0, 1 -> {
        note("pause");
        pauses.add(pool.pauseRefill());
      }
      case 2, 3 -> {
        note("lift a pause");
        if (!pauses.isEmpty()) {
          pauses.remove(0).close();
        }
      }
      case 4 -> resize();
      case 5 -> rollOver();
      case 6 -> {
        note("drain");
        pool.drain();
      }
      default -> {
        note("reopen");
        pool.reopen();
      }
    }
  }

  private void resize() {
    PoolSizing sizing = sizing();
    note("resize to %s", sizing);
    pool.resize(sizing);
  }

  private void limit() {
    int most = choices.next(4);
    note("limit to %d", most);
    pool.limit(most == 3 ? Integer.MAX_VALUE : most, "scripted");
    require(pool.stats().aim().count() <= most || most == 3, "more is wanted than the limit");
    require(effectsLater || pool.stats().slots().idle() <= pool.stats().aim().count(), "surplus");
  }

  private void adopt() {
    Duration age = millis(choices.next(60));
    note("adopt one of age %s", age);
    pool.adopt(ledger.made(), age);
  }

  private void rollOver() {
    RollOver how = List.of(RollOver.values()).get(choices.next(2));
    note("%s", how);
    pool.rollOver(how);
  }

  private PoolSizing sizing() {
    int size = choices.next(5);
    return size == 4 ? PoolSizing.auto(0, 3) : PoolSizing.fixed(size);
  }

  // Actions of the environment.

  @Override
  public CompletionStage<Item> allocate(Deadline limit) {
    note("allocation begins");
    CompletableFuture<Item> stage = new CompletableFuture<>();
    allocations.add(stage);
    if (!calm && choices.next(5) == 0) {
      endAllocation();
    }
    return stage;
  }

  @Override
  public CompletionStage<Void> dispose(Item item) {
    note("disposal of %s begins", item);
    guarded(() -> ledger.disposed(item));
    CompletableFuture<Void> stage = new CompletableFuture<>();
    disposals.add(stage);
    return stage;
  }

  @Override
  public CompletionStage<Examination> examine(Item item, Facts facts) {
    note("examination of %s begins", item);
    guarded(() -> ledger.examined(item));
    CompletableFuture<Examination> stage = new CompletableFuture<>();
    examinations.add(stage);
    return stage;
  }

  @Override
  public CompletionStage<?> ended(Item item) {
    CompletableFuture<Void> stage = new CompletableFuture<>();
    lives.add(stage);
    return stage;
  }

  private void endAllocation() {
    if (allocations.isEmpty()) {
      return;
    }
    CompletableFuture<Item> stage = allocations.remove(choices.next(allocations.size()));
    int how = calm ? 0 : choices.next(4);
    note("an allocation %s", how == 3 ? "fails" : "succeeds");
    if (how == 3) {
      stage.completeExceptionally(new IllegalStateException("scripted"));
    } else {
      stage.complete(ledger.made());
    }
  }

  private void endDisposal() {
    if (!disposals.isEmpty()) {
      note("a disposal ends");
      CompletableFuture<Void> stage = disposals.remove(choices.next(disposals.size()));
      if (choices.next(4) == 3) {
        stage.completeExceptionally(new IllegalStateException("scripted"));
      } else {
        stage.complete(null);
      }
    }
  }

  private void endExamination() {
    if (!examinations.isEmpty()) {
      CompletableFuture<Examination> stage = examinations.remove(0);
      boolean good = choices.next(3) != 2;
      note("an examination finds %s", good ? "good" : "bad");
      stage.complete(good ? Examination.keep() : Examination.expire("scripted"));
    } else if (!lives.isEmpty() && choices.next(3) == 0) {
      note("one dies");
      lives.remove(choices.next(lives.size())).complete(null);
    }
  }

  private void passTime() {
    Duration span = millis(1 + choices.next(20));
    note("%s pass", span);
    clock.slip(span);
  }

  private void fireTimer() {
    int due = clock.dueCount();
    if (due > 0) {
      note("a timer fires");
      clock.takeDue(choices.next(due)).run();
    }
  }

  private void effect(Runnable effect) {
    if (effectsLater) {
      effects.add(effect);
    } else {
      effect.run();
    }
  }

  private void runEffect() {
    if (!effects.isEmpty()) {
      note("an effect runs");
      effects.remove(choices.next(effects.size())).run();
    }
  }

  // The end of a history.

  /**
   * Checks that the pool fills up and answers every claimer once nothing fails and nobody holds a
   * value.
   */
  private void calmDown() {
    note("calm");
    calm = true;
    pool.reopen();
    pauses.forEach(RefillPause::close);
    settle(() -> !full() || waiting.stream().anyMatch(answer -> !answer.isDone()));
    require(full(), "the pool does not fill: " + pool.stats());
    require(waiting.stream().allMatch(CompletableFuture::isDone), "a claimer waits for ever");
  }

  private boolean full() {
    PoolStats stats = pool.stats();
    return stats.slots().idle() == stats.aim().count();
  }

  private void close() {
    note("close");
    CompletableFuture<Void> closed = pool.close().toCompletableFuture();
    settle(() -> false);
    require(closed.isDone(), "close does not end: " + pool.stats());
    require(clock.pending() == 0, "timers are left");
    ledger.settle();
  }

  /**
   * Does everything that can be done; while {@code unfinished}, lets time pass to the next timer.
   */
  private void settle(BooleanSupplier unfinished) {
    for (int i = 0; i < SETTLING_STEPS; i++) {
      check();
      if (!advanceWork()) {
        if (!unfinished.getAsBoolean() || clock.pending() == 0) {
          return;
        }
        clock.slip(clock.untilNext());
      }
    }
  }

  private boolean advanceWork() {
    if (!effects.isEmpty()) {
      runEffect();
    } else if (!held.isEmpty()) {
      undo(held.remove(0));
    } else if (!allocations.isEmpty()) {
      endAllocation();
    } else if (!disposals.isEmpty()) {
      endDisposal();
    } else if (!examinations.isEmpty()) {
      endExamination();
    } else if (clock.dueCount() > 0) {
      fireTimer();
    } else {
      return false;
    }
    return true;
  }

  /** Remembers what a callback throws, since the pool does not pass it on. */
  private void guarded(Runnable callback) {
    try {
      callback.run();
    } catch (AssertionError e) {
      violation = violation == null ? e : violation;
    } catch (RuntimeException e) {
      violation = violation == null ? new AssertionError(e) : violation;
    }
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is in a library that no room needs
  private void note(String what, Object... details) {
    if (tracing) {
      trace.add(String.format(what, details));
    }
  }

  private static Duration millis(int count) {
    return Duration.ofMillis(count);
  }
}
