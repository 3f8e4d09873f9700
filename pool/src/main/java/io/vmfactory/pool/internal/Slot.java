package io.vmfactory.pool.internal;

import io.vmfactory.pool.PoolClock;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One place in the pool and the value that goes through it. Touched under the pool's lock only. */
final class Slot<T> {
  static final long NEVER = Long.MAX_VALUE;

  final long id;
  final long generation;

  /** Which attempt of the retry gate this allocation belongs to. */
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

  /** The allocation's result. */
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

  /** For {@link SlotTable} only, which counts. */
  void become(SlotState next) {
    if (!state.mayBecome(next)) {
      throw new IllegalStateException("slot " + id + " is " + state + ", cannot become " + next);
    }
    state = next;
  }

  /** Must not be handed out any more, wherever it is now. */
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

  /** When the next thing is to be done about it; {@link #NEVER} for nothing. */
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
