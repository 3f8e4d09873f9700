package io.vmfactory.factory.calls;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Limits how many requests each user makes in a second. A user that has made none for a second can
 * make as many at once; each of them comes back after its share of a second. Thread-safe.
 */
final class RequestRate {
  private static final long SECOND = 1_000_000_000;

  /** From this number of users on, those that have all their requests back are forgotten. */
  private static final int MANY = 256;

  private final int perSecond;
  private final LongSupplier nanos;

  /** For each user, when it has all its requests back. */
  private final Map<Long, Long> back = new ConcurrentHashMap<>();

  /**
   * @param perSecond 0 = no limit
   * @param nanos a clock that never goes back, in nanoseconds
   */
  RequestRate(int perSecond, LongSupplier nanos) {
    this.perSecond = perSecond;
    this.nanos = nanos;
  }

  /**
   * Takes one request of a user. Returns how much too early it is; zero = it is not, and counts.
   */
  Duration take(long uid) {
    if (perSecond == 0) {
      return Duration.ZERO;
    }
    long now = nanos.getAsLong();
    if (back.size() >= MANY) {
      back.values().removeIf(when -> when - now <= 0);
    }
    long each = SECOND / perSecond;
    long[] early = new long[1];
    back.compute(
        uid,
        (user, when) -> {
          long from = when == null || when - now < 0 ? now : when;
          early[0] = Math.max(0, from + each - now - SECOND);
          return early[0] > 0 ? from : from + each;
        });
    return Duration.ofNanos(early[0]);
  }
}
