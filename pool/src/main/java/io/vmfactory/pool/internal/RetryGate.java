package io.vmfactory.pool.internal;

import io.vmfactory.pool.Backoff;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides when to allocate again after failures. Allocations of one round, those begun since the
 * last failure counted, fail as one; while failing, one attempt at a time is let through, and one
 * success ends it. A value that dies young counts as a failure too, and the success of its
 * allocation as none, or values that die at once would be replaced in a hot loop.
 */
final class RetryGate {
  /** The shortest pause, so that a retry always goes through a timer. */
  private static final long SHORTEST_NANOS = 1_000_000;

  private final Backoff backoff;
  private final RandomGenerator random;
  private long round;
  private int failures;
  private int youngDeaths;
  private long retryAt;
  private @Nullable Throwable cause;

  RetryGate(Backoff backoff, RandomGenerator random) {
    this.backoff = backoff;
    this.random = random;
  }

  /** The round that an allocation begun now belongs to. */
  long round() {
    return round;
  }

  /** An allocation of that round failed. */
  void failed(long ofRound, Throwable why, long now) {
    cause = why;
    if (ofRound == round) {
      failures++;
      pause(now);
    }
    failures = Math.max(1, failures);
  }

  /** A value allocated in that round ended by itself. */
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
    double bounded = Math.min(backoff.longest().toNanos(), ceiling);
    retryAt = now + Math.max(SHORTEST_NANOS, (long) (random.nextDouble() * bounded));
  }

  void succeeded() {
    failures = 0;
    retryAt = 0;
    cause = null;
  }

  /** Whether the last allocation failed or its value died young, and none succeeded since. */
  boolean failing() {
    return cause != null;
  }

  int failuresInARow() {
    return Math.max(failures, youngDeaths);
  }

  /** When allocation may be tried again; in the past when it may be now. */
  long retryAt() {
    return retryAt;
  }

  /** The last failure; null once an allocation succeeded. */
  @Nullable Throwable cause() {
    return cause;
  }
}
