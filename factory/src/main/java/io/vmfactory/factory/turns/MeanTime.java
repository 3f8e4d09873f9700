package io.vmfactory.factory.turns;

import java.time.Duration;

/**
 * A mean in which the newest value has a weight of an eighth, as in TCP's round-trip estimate. Not
 * thread-safe.
 */
public final class MeanTime {
  private static final double NEWEST = 1 / 8.0;

  private double nanos;
  private boolean measured;

  /**
   * @param assumed the mean until the first measurement
   */
  public MeanTime(Duration assumed) {
    nanos = assumed.toNanos();
  }

  /** Adds a measurement, in nanoseconds. */
  public void add(long measuredNanos) {
    nanos = measured ? nanos + NEWEST * (measuredNanos - nanos) : measuredNanos;
    measured = true;
  }

  /** Returns the current mean. */
  public Duration mean() {
    return Duration.ofNanos((long) nanos);
  }
}
