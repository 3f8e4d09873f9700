package io.vmfactory.pool.internal;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.pool.Allocator;
import io.vmfactory.pool.Examination;
import io.vmfactory.pool.Expiry;
import io.vmfactory.pool.PoolClock;
import io.vmfactory.pool.PoolFailure;
import io.vmfactory.pool.PoolPolicy;
import io.vmfactory.pool.RollOver;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a pool: how their values are made, kept, examined and disposed of. Every method runs
 * inside an action; every answer from outside that changes the state ends with a call to {@code
 * changed}.
 */
final class SlotStock<T> {
  private static final int PROBES_AT_ONCE = 1;

  final SlotTable<T> table = new SlotTable<>();
  final Meter meter = new Meter();
  final AllocationRetry gate;
  private final Serial serial;
  private final Allocator<T> allocator;
  private final Expiry<T> expiry;
  private final PoolPolicy policy;
  private final PoolHost host;
  private final Consumer<Effects> changed;
  private final Set<Slot<T>> dueForProbe = new LinkedHashSet<>();
  private final LongConsumer allocationTook;
  private long ids;
  private long generation;
  private long oldestGeneration;
  private boolean keeping = true;
  private PoolClock.@Nullable Timer retry;

  /**
   * @param allocationTook receives the nanoseconds of each successful allocation
   */
  SlotStock(
      Serial serial,
      Allocator<T> allocator,
      Expiry<T> expiry,
      PoolPolicy policy,
      PoolHost host,
      LongConsumer allocationTook,
      Consumer<Effects> changed) {
    this.serial = serial;
    this.allocator = allocator;
    this.expiry = expiry;
    this.policy = policy;
    this.host = host;
    this.allocationTook = allocationTook;
    this.changed = changed;
    this.gate = new AllocationRetry(policy.backoff(), host.random());
  }

  // Making values.

  /** Begins as many allocations as bring the stock to {@code wanted}, within the limits. */
  void refill(int wanted, Effects fx) {
    int allocating = table.count(SlotState.ALLOCATING);
    int missing = wanted - ready() - allocating;
    if (missing > 0 && now() < gate.retryAt()) {
      planRetry();
      return;
    }
    int room = (gate.failing() ? 1 : policy.allocationsAtOnce()) - allocating;
    for (int n = Math.min(missing, room); n > 0; n--) {
      allocate(fx);
    }
  }

  private void planRetry() {
    if (retry == null) {
      retry = host.clock().after(Duration.ofNanos(gate.retryAt() - now()), this::retry);
    }
  }

  private void retry() {
    serial.act(
        fx -> {
          retry = null;
          changed.accept(fx);
        });
  }

  private void allocate(Effects fx) {
    Slot<T> slot = newSlot();
    serial.call(
        fx,
        () -> allocator.allocate(Deadline.after(policy.allocationLimit())),
        (value, failure, f) -> {
          if (value == null) {
            notAllocated(slot, failure == null ? nothing() : failure);
          } else {
            allocated(slot, value, f);
          }
          changed.accept(f);
        });
  }

  private static Throwable nothing() {
    return new IllegalStateException("the allocator returned no value");
  }

  private void allocated(Slot<T> slot, T value, Effects fx) {
    gate.succeeded();
    meter.allocated++;
    allocationTook.accept(now() - slot.startedAt);
    stock(slot, value, Duration.ZERO, fx);
  }

  /** Takes over a value made elsewhere. */
  void adopt(T value, Duration age, Effects fx) {
    stock(newSlot(), value, age, fx);
  }

  private Slot<T> newSlot() {
    Slot<T> slot = new Slot<>(++ids, generation, gate.round(), now());
    table.add(slot);
    return slot;
  }

  private void stock(Slot<T> slot, T value, Duration age, Effects fx) {
    long madeAt = now() - age.toNanos();
    slot.fill(value, madeAt, later(madeAt, policy.upkeep().maxAge()));
    slot.probeAt(later(now(), policy.upkeep().probeEvery()));
    settle(slot, fx);
    if (slot.state() == SlotState.IDLE) {
      serial.call(fx, () -> expiry.ended(value), (any, failure, f) -> ended(slot, failure, f));
    }
  }

  private void notAllocated(Slot<T> slot, Throwable cause) {
    table.move(slot, SlotState.GONE);
    meter.allocationsFailed++;
    meter.failed(PoolFailure.Kind.ALLOCATE, cause, now());
    gate.failed(slot.round, cause, now());
  }

  // Keeping values.

  /** Returns how many values are in stock, or will be again after their examination. */
  int ready() {
    return table.count(SlotState.IDLE) + table.count(SlotState.PROBING);
  }

  /** Sets the oldest good value aside for a claimer; returns null if there is none. */
  @Nullable Slot<T> claim(Effects fx) {
    for (Slot<T> slot; (slot = table.oldestIdle()) != null; ) {
      if (slot.fit(now(), oldestGeneration)) {
        slot.disarm();
        table.move(slot, SlotState.CLAIMED);
        return slot;
      }
      expire(slot, fx);
    }
    return null;
  }

  /** Puts a value that has no holder any more back in stock, or disposes of it. */
  private void settle(Slot<T> slot, Effects fx) {
    if (!keeping) {
      retire(slot, fx);
    } else if (!slot.fit(now(), oldestGeneration)) {
      expire(slot, fx);
    } else {
      table.move(slot, SlotState.IDLE);
      arm(slot);
    }
  }

  /** Ends a claim: the claimer owns the value. */
  T take(Slot<T> slot, Effects fx) {
    table.move(slot, SlotState.TAKEN);
    meter.taken++;
    changed.accept(fx);
    return slot.value();
  }

  /** Ends a claim: the value was not touched. */
  void undo(Slot<T> slot, Effects fx) {
    meter.undone++;
    settle(slot, fx);
    changed.accept(fx);
  }

  /** Ends a claim: the value is broken. What broke it may have broken others in stock. */
  void poison(Slot<T> slot, Throwable cause, Effects fx) {
    meter.poisoned++;
    meter.failed(PoolFailure.Kind.POISONED, cause, now());
    if (!policy.upkeep().probeEvery().isZero()) {
      table.idle().forEach(this::probeNext);
    }
    retire(slot, fx);
    changed.accept(fx);
  }

  // Examining values.

  private void probeNext(Slot<T> slot) {
    slot.probeAt(now());
    dueForProbe.add(slot);
  }

  private void arm(Slot<T> slot) {
    if (slot.dueAt() != Slot.NEVER) {
      long delay = Math.max(0, slot.dueAt() - now());
      slot.arm(host.clock().after(Duration.ofNanos(delay), () -> serial.act(fx -> due(slot, fx))));
    }
  }

  private void due(Slot<T> slot, Effects fx) {
    if (slot.state() != SlotState.IDLE || now() < slot.dueAt()) {
      return;
    }
    if (slot.fit(now(), oldestGeneration)) {
      dueForProbe.add(slot);
    } else {
      expire(slot, fx);
    }
    changed.accept(fx);
  }

  /**
   * Begins examinations that are due, a few at a time, so that most of the stock stays available.
   */
  void probe(Effects fx) {
    var next = dueForProbe.iterator();
    while (next.hasNext() && table.count(SlotState.PROBING) < PROBES_AT_ONCE) {
      Slot<T> slot = next.next();
      next.remove();
      if (slot.state() == SlotState.IDLE && slot.probeDue(now())) {
        probe(slot, fx);
      }
    }
  }

  private void probe(Slot<T> slot, Effects fx) {
    slot.disarm();
    table.move(slot, SlotState.PROBING);
    var facts = new Expiry.Facts(Duration.ofNanos(slot.age(now())), slot.generation < generation);
    serial.call(
        fx,
        () -> expiry.examine(slot.value(), facts),
        (verdict, failure, f) -> {
          probed(slot, verdict, failure, f);
          changed.accept(f);
        });
  }

  private void probed(
      Slot<T> slot, @Nullable Examination verdict, @Nullable Throwable failure, Effects fx) {
    Throwable cause =
        verdict == null ? failure : verdict.expired().map(SlotStock::found).orElse(null);
    if (verdict != null && cause == null) {
      slot.probeAt(later(now(), policy.upkeep().probeEvery()));
    } else {
      slot.doom();
      meter.failed(PoolFailure.Kind.PROBE, cause == null ? found("no verdict") : cause, now());
    }
    settle(slot, fx);
  }

  private static Throwable found(String what) {
    return new IllegalStateException("examination: " + what);
  }

  private void ended(Slot<T> slot, @Nullable Throwable failure, Effects fx) {
    SlotState state = slot.state();
    if (state == SlotState.TAKEN || state == SlotState.DISPOSING || state == SlotState.GONE) {
      return;
    }
    Throwable cause =
        failure == null ? new IllegalStateException("the value died by itself") : failure;
    meter.failed(PoolFailure.Kind.DIED, cause, now());
    gate.died(slot.round, slot.age(now()), cause, now());
    slot.doom();
    if (state == SlotState.IDLE) {
      expire(slot, fx);
      changed.accept(fx);
    }
  }

  void rollOver(RollOver how, Effects fx) {
    generation++;
    if (how == RollOver.RECREATE) {
      oldestGeneration = generation;
      table.idleOlderThan(generation).forEach(slot -> expire(slot, fx));
    }
  }

  int superseded() {
    return table.countIdleOlderThan(generation);
  }

  // Disposing of values.

  /** Disposes of idle values, the oldest first, until {@code wanted} are ready. */
  void trim(int wanted, Effects fx) {
    for (int surplus = ready() - wanted; surplus > 0; surplus--) {
      Slot<T> slot = table.oldestIdle();
      if (slot == null) {
        return;
      }
      retire(slot, fx);
    }
  }

  private void expire(Slot<T> slot, Effects fx) {
    meter.expired++;
    retire(slot, fx);
  }

  private void retire(Slot<T> slot, Effects fx) {
    slot.disarm();
    dueForProbe.remove(slot);
    table.move(slot, SlotState.DISPOSING);
    serial.call(
        fx,
        () -> allocator.dispose(slot.value()),
        (any, failure, f) -> {
          disposed(slot, failure);
          changed.accept(f);
        });
  }

  private void disposed(Slot<T> slot, @Nullable Throwable failure) {
    table.move(slot, SlotState.GONE);
    meter.disposed++;
    if (failure != null) {
      meter.failed(PoolFailure.Kind.DISPOSE, failure, now());
    }
  }

  /** Sets whether values that no claimer holds stay in stock. */
  void keep(boolean whether) {
    keeping = whether;
    if (!whether) {
      forgetRetry();
    }
  }

  private void forgetRetry() {
    if (retry != null) {
      retry.cancel();
      retry = null;
    }
  }

  private long later(long start, Duration period) {
    if (period.isZero()) {
      return Slot.NEVER;
    }
    double share = 1 - policy.upkeep().spread() * host.random().nextDouble();
    return start + (long) (period.toNanos() * share);
  }

  private long now() {
    return host.clock().nanos();
  }
}
