package io.vmfactory.pool.internal;

import io.vmfactory.pool.Backoff;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides when to allocate again after failures. Allocations of one round (those begun since the
 * last counted failure) count as one failure. While allocation fails, one attempt at a time is
 * allowed; one success ends that. A value that dies soon after its allocation counts as a failure,
 * and its allocation not as a success; otherwise values that die at once would be replaced in a hot
 * loop.
 */
final class AllocationRetry {
  /** The shortest pause, in nanoseconds, so that a retry always goes through a timer. */
  private static final long SHORTEST_NANOS = 1_000_000;

  private final Backoff backoff;
  private final RandomGenerator random;
  private long round;
  private int failures;
  private int youngDeaths;
  private long retryAt;
  private @Nullable Throwable cause;

  AllocationRetry(Backoff backoff, RandomGenerator random) {
    this.backoff = backoff;
    this.random = random;
  }

  /** Returns the round of an allocation that begins now. */
  long round() {
    return round;
  }

  /** Counts the failure of an allocation of that round. */
  void failed(long ofRound, Throwable why, long now) {
    cause = why;
    if (ofRound == round) {
      failures++;
      pause(now);
    }
    failures = Math.max(1, failures);
  }

  /** Counts the death of a value that was allocated in that round. */
  void died(long ofRound, long age, Throwable why, long now) {
    if (age > backoff.longest().toNanos()) {
      youngDeaths = 0;
    } else if (ofRound == round) {
      cause = why;
      youngDeaths++;
      pause(now);
    }
  }

  private void pause(long now) {
    round++;
    double ceiling = backoff.first().toNanos() * Math.pow(2, failuresInARow() - 1);
    double bounded = Math.min((double) backoff.longest().toNanos(), ceiling);
    retryAt = now + Math.max(SHORTEST_NANOS, (long) (random.nextDouble() * bounded));
  }

  void succeeded() {
    failures = 0;
    retryAt = 0;
    cause = null;
  }

  /** Whether the last allocation failed or its value died soon, and none has succeeded since. */
  boolean failing() {
    return cause != null;
  }

  int failuresInARow() {
    return Math.max(failures, youngDeaths);
  }

  /**
   * Returns the time from which allocation may be tried again, in nanoseconds of the pool's clock.
   */
  long retryAt() {
    return retryAt;
  }

  /** Returns the last failure; null once an allocation has succeeded. */
  @Nullable Throwable cause() {
    return cause;
  }
}
