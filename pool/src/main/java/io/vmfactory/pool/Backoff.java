package io.vmfactory.pool;

import java.time.Duration;

/**
 * The time for which a pool pauses allocation after failures in a row. It is random between zero
 * and a ceiling, but at least one millisecond. The ceiling starts at {@code first} and doubles with
 * each failure up to {@code longest} ("exponential back-off with full jitter").
 *
 * @param first the ceiling after one failure, above zero
 * @param longest the highest ceiling, at least {@code first}
 */
public record Backoff(Duration first, Duration longest) {
  public Backoff {
    Checks.positive(first, "backoff.first");
    Checks.that(longest.compareTo(first) >= 0, "backoff.longest must be at least backoff.first");
  }

  /** Returns 100 ms, doubling up to 30 s. */
  public static Backoff defaults() {
    return new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30));
  }
}
