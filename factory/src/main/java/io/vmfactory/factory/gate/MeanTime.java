package io.vmfactory.factory.gate;

import java.time.Duration;

/** A mean in which the newest value weighs an eighth, as TCP's round-trip estimate has it. */
final class MeanTime {
  private static final double NEWEST = 1 / 8.0;

  private double nanos;
  private boolean measured;

  /**
   * @param assumed until something is measured
   */
  MeanTime(Duration assumed) {
    nanos = assumed.toNanos();
  }

  void add(long measuredNanos) {
    nanos = measured ? nanos + NEWEST * (measuredNanos - nanos) : measuredNanos;
    measured = true;
  }

  Duration mean() {
    return Duration.ofNanos((long) nanos);
  }
}
