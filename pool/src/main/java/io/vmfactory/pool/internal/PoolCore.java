package io.vmfactory.pool.internal;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.pool.Allocator;
import io.vmfactory.pool.Claim;
import io.vmfactory.pool.Expiry;
import io.vmfactory.pool.PoolClock;
import io.vmfactory.pool.PoolException;
import io.vmfactory.pool.PoolPolicy;
import io.vmfactory.pool.PoolSizing;
import io.vmfactory.pool.PoolStats;
import io.vmfactory.pool.PoolStats.Phase;
import io.vmfactory.pool.RefillPause;
import io.vmfactory.pool.RollOver;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A pool as a set of actions. Each action makes its own change and ends with {@link #balance},
 * which does whatever follows from the new state. No action waits for another.
 */
public final class PoolCore<T> {
  private final String name;
  private final PoolHost host;
  private final Serial serial;
  private final SlotStock<T> stock;
  private final Target target;
  private final RefillPause notStarted;
  private final Set<Waiter<T>> waiters = new LinkedHashSet<>();
  private Phase phase = Phase.OPEN;
  private int pauses;
  private Runnable settled = () -> {};
  private boolean atRest;
  private @Nullable CompletableFuture<Void> emptied;
  private PoolClock.@Nullable Timer review;

  /** Makes a pool that does not fill before {@link #start}. */
  public PoolCore(
      String name, Allocator<T> allocator, Expiry<T> expiry, PoolPolicy policy, PoolHost host) {
    this.name = name;
    this.host = host;
    serial = new Serial(host.effects());
    target = new Target(policy.sizing(), policy.allocationsAtOnce(), now());
    stock =
        new SlotStock<>(
            serial,
            allocator,
            expiry,
            policy,
            host,
            nanos -> target.allocated(nanos, now()),
            this::balance);
    notStarted = pauseRefill();
  }

  /** Begins to fill the pool. */
  public void start() {
    notStarted.close();
  }

  /** Takes over a value of the given age that was made elsewhere. */
  public void adopt(T value, Duration age) {
    serial.act(
        fx -> {
          stock.adopt(value, age, fx);
          balance(fx);
        });
  }

  /** Runs {@code listener} each time the stock has reached the wanted number. */
  public void whenSettled(Runnable listener) {
    serial.act(fx -> settled = listener);
  }

  /** Returns the name of this pool in messages. */
  public String name() {
    return name;
  }

  // Claims.

  /** Returns a claim on a value in stock, if there is one. */
  public Optional<Claim<T>> tryClaim() {
    return serial.get(
        fx -> {
          if (phase != Phase.OPEN) {
            return Optional.empty();
          }
          Claim<T> claim = fromStock(fx);
          balance(fx);
          return Optional.ofNullable(claim);
        });
  }

  /** Returns a claim that waits at most {@code patience}. */
  public CompletableFuture<Claim<T>> claim(Duration patience) {
    Waiter<T> waiter = new Waiter<>(now() + patience.toNanos());
    serial.act(fx -> enter(waiter, patience, fx));
    var unused =
        waiter.answer.whenComplete(
            (claim, failure) -> {
              if (failure != null) {
                serial.act(fx -> giveUp(waiter, fx));
              }
            });
    return waiter.answer;
  }

  private void enter(Waiter<T> waiter, Duration patience, Effects fx) {
    if (phase != Phase.OPEN) {
      waiter.answer.completeExceptionally(refused());
      return;
    }
    Claim<T> claim = fromStock(fx);
    if (claim != null) {
      waiter.answer.complete(claim);
    } else if (patience.isZero()) {
      waiter.answer.completeExceptionally(late());
    } else {
      waiters.add(waiter);
      waiter.arm(host.clock().after(patience, () -> serial.act(f -> timeUp(waiter, f))));
    }
    balance(fx);
  }

  private @Nullable Claim<T> fromStock(Effects fx) {
    target.arrived(now());
    Slot<T> slot = stock.claim(fx);
    if (slot == null) {
      stock.meter.misses++;
      return null;
    }
    stock.meter.hits++;
    return new SlotClaim<>(serial, stock, slot);
  }

  private void timeUp(Waiter<T> waiter, Effects fx) {
    if (waiters.contains(waiter)) {
      fail(waiter, lateException(), fx);
      balance(fx);
    }
  }

  /** Handles a claimer that ended its own future. */
  private void giveUp(Waiter<T> waiter, Effects fx) {
    if (waiters.remove(waiter)) {
      waiter.disarm();
      balance(fx);
    }
  }

  private void fail(Waiter<T> waiter, PoolException why, Effects fx) {
    waiters.remove(waiter);
    waiter.disarm();
    fx.add(() -> waiter.answer.completeExceptionally(why));
  }

  // What follows from the state:

  private void balance(Effects fx) {
    boolean open = phase == Phase.OPEN;
    serve(fx);
    stock.trim(open ? target.count() : 0, fx);
    if (open) {
      stock.refill((pauses > 0 ? 0 : target.count()) + waiters.size(), fx);
      tellTheHopeless(fx);
      if (pauses == 0) {
        stock.probe(fx);
      }
      planReview();
    } else if (emptied != null && stock.table.isEmpty()) {
      CompletableFuture<Void> done = emptied;
      fx.add(() -> done.complete(null));
    }
    tellRest(fx);
  }

  private void tellRest(Effects fx) {
    boolean wasAtRest = atRest;
    atRest =
        phase == Phase.OPEN
            && waiters.isEmpty()
            && stock.ready() == target.count()
            && stock.table.nothingUnderWay();
    if (atRest && !wasAtRest) {
      fx.add(settled);
    }
  }

  private void serve(Effects fx) {
    while (!waiters.isEmpty()) {
      Slot<T> slot = stock.claim(fx);
      if (slot == null) {
        return;
      }
      Waiter<T> first = waiters.iterator().next();
      waiters.remove(first);
      first.disarm();
      SlotClaim<T> claim = new SlotClaim<>(serial, stock, slot);
      fx.add(() -> deliver(claim, first));
    }
  }

  /**
   * Either answers the claimer or takes the value back, never both, however late the claimer gave
   * up.
   */
  private void deliver(SlotClaim<T> claim, Waiter<T> waiter) {
    if (!waiter.answer.complete(claim)) {
      claim.undo();
    }
  }

  private void tellTheHopeless(Effects fx) {
    long next = stock.gate.retryAt();
    int underWay = stock.table.count(SlotState.ALLOCATING) + stock.ready();
    if (next <= now() || underWay > 0) {
      return;
    }
    for (Waiter<T> waiter : List.copyOf(waiters)) {
      if (waiter.deadline < next) {
        fail(waiter, exhausted(), fx);
      }
    }
  }

  private void planReview() {
    if (review == null && target.mayShrink()) {
      review = host.clock().after(Target.REVIEW, () -> serial.act(this::reviewed));
    }
  }

  private void reviewed(Effects fx) {
    review = null;
    target.review(now());
    balance(fx);
  }

  // Operations.

  /** Changes the sizing. */
  public void resize(PoolSizing sizing) {
    serial.act(
        fx -> {
          target.resize(sizing, now());
          balance(fx);
        });
  }

  /** Keeps at most {@code most} values. */
  public void limit(int most, String why) {
    serial.act(
        fx -> {
          target.limit(most, why);
          balance(fx);
        });
  }

  /** Supersedes the values made so far. */
  public void rollOver(RollOver how) {
    serial.act(
        fx -> {
          stock.rollOver(how, fx);
          balance(fx);
        });
  }

  /** Adds a pause of refill. */
  public RefillPause pauseRefill() {
    serial.act(fx -> pauses++);
    return new RefillPause() {
      private boolean lifted;

      @Override
      public void close() {
        serial.act(
            fx -> {
              if (!lifted) {
                lifted = true;
                pauses--;
                balance(fx);
              }
            });
      }
    };
  }

  /** Empties the pool until it is reopened. */
  public CompletionStage<Void> drain() {
    return serial.get(fx -> empty(phase == Phase.CLOSED ? phase : Phase.DRAINING, fx));
  }

  /** Empties the pool for good. */
  public CompletionStage<Void> close() {
    return serial.get(fx -> empty(Phase.CLOSED, fx));
  }

  private CompletionStage<Void> empty(Phase next, Effects fx) {
    phase = next;
    stock.keep(false);
    if (emptied == null) {
      emptied = new CompletableFuture<>();
    }
    if (review != null) {
      review.cancel();
      review = null;
    }
    List.copyOf(waiters).forEach(waiter -> fail(waiter, refused(), fx));
    balance(fx);
    return emptied.minimalCompletionStage();
  }

  /** Ends a drain. */
  public void reopen() {
    serial.act(
        fx -> {
          CompletableFuture<Void> waiting = emptied;
          if (phase == Phase.DRAINING && waiting != null) {
            phase = Phase.OPEN;
            emptied = null;
            stock.keep(true);
            fx.add(() -> waiting.cancel(false));
            balance(fx);
          }
        });
  }

  /** Returns a snapshot. */
  public PoolStats stats() {
    return serial.get(
        fx ->
            new PoolStats(
                phase,
                target.aim(now()),
                slots(),
                stock.meter.traffic(),
                pauses,
                retry(),
                stock.meter.failures(now())));
  }

  private PoolStats.Slots slots() {
    SlotTable<T> table = stock.table;
    return new PoolStats.Slots(
        table.count(SlotState.ALLOCATING),
        table.count(SlotState.IDLE),
        stock.superseded(),
        table.count(SlotState.PROBING),
        table.count(SlotState.CLAIMED),
        table.count(SlotState.DISPOSING),
        waiters.size());
  }

  private Optional<PoolStats.Retry> retry() {
    AllocationRetry gate = stock.gate;
    Duration in = Duration.ofNanos(Math.max(0, gate.retryAt() - now()));
    return Optional.ofNullable(gate.cause())
        .map(cause -> new PoolStats.Retry(gate.failuresInARow(), in, cause));
  }

  // Refusals.

  private static String text(@Nullable Throwable cause) {
    return cause == null ? "unknown cause" : ErrorText.of(cause);
  }

  private PoolException exhausted() {
    return new PoolException(
        PoolException.Reason.EXHAUSTED,
        name + " is empty and its allocations fail: " + text(stock.gate.cause()),
        stock.gate.cause());
  }

  private PoolException refused() {
    return phase == Phase.CLOSED
        ? new PoolException(PoolException.Reason.CLOSED, name + " is closed", null)
        : new PoolException(
            PoolException.Reason.DRAINING, name + " is draining; reopen it to claim", null);
  }

  /** Returns the exception for a claimer whose deadline passed. */
  public PoolException late() {
    return serial.get(fx -> lateException());
  }

  private PoolException lateException() {
    Throwable cause = stock.gate.cause();
    return new PoolException(
        PoolException.Reason.DEADLINE,
        "deadline exceeded waiting for "
            + name
            + (cause == null ? "" : ", whose allocations fail: " + ErrorText.of(cause)),
        cause);
  }

  private long now() {
    return host.clock().nanos();
  }
}
