package io.vmfactory.factory.gate;

import java.time.Duration;

/**
 * A mean in which the newest value weighs an eighth, as TCP's round-trip estimate has it. Not
 * thread-safe.
 */
public final class MeanTime {
  private static final double NEWEST = 1 / 8.0;

  private double nanos;
  private boolean measured;

  /**
   * @param assumed until something is measured
   */
  public MeanTime(Duration assumed) {
    nanos = assumed.toNanos();
  }

  /** One more was measured. */
  public void add(long measuredNanos) {
    nanos = measured ? nanos + NEWEST * (measuredNanos - nanos) : measuredNanos;
    measured = true;
  }

  /** As it stands. */
  public Duration mean() {
    return Duration.ofNanos((long) nanos);
  }
}
