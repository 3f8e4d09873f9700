package io.vmfactory.pool.internal;

import io.vmfactory.pool.PoolClock;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One place in the pool and the value that passes through it. Used under the pool's lock only. */
final class Slot<T> {
  static final long NEVER = Long.MAX_VALUE;

  final long id;
  final long generation;

  /** The retry round that this allocation belongs to, see {@link AllocationRetry#round}. */
  final long round;

  final long startedAt;
  private SlotState state = SlotState.ALLOCATING;
  private @Nullable T value;
  private long readyAt;
  private long expiresAt = NEVER;
  private long probeAt = NEVER;
  private boolean doomed;
  private PoolClock.@Nullable Timer timer;

  Slot(long id, long generation, long round, long startedAt) {
    this.id = id;
    this.generation = generation;
    this.round = round;
    this.startedAt = startedAt;
  }

  /** Stores the value that the allocation made. */
  void fill(T made, long now, long expiryTime) {
    value = made;
    readyAt = now;
    expiresAt = expiryTime;
  }

  T value() {
    return Objects.requireNonNull(value, "the slot is empty");
  }

  SlotState state() {
    return state;
  }

  /** Changes the state. For {@link SlotTable} only, which counts states. */
  void become(SlotState next) {
    if (!state.mayBecome(next)) {
      throw new IllegalStateException("slot " + id + " is " + state + ", cannot become " + next);
    }
    state = next;
  }

  /** Marks the value as never to be handed out again, whatever its state is now. */
  void doom() {
    doomed = true;
  }

  boolean fit(long now, long oldestGeneration) {
    return !doomed && generation >= oldestGeneration && now < expiresAt;
  }

  long age(long now) {
    return now - readyAt;
  }

  void probeAt(long time) {
    probeAt = time;
  }

  boolean probeDue(long now) {
    return now >= probeAt;
  }

  /** Returns when the slot next needs attention; {@link #NEVER} if it does not. */
  long dueAt() {
    return Math.min(expiresAt, probeAt);
  }

  void arm(PoolClock.Timer next) {
    timer = next;
  }

  void disarm() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
