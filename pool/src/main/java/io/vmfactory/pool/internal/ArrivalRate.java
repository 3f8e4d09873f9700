package io.vmfactory.pool.internal;

import java.time.Duration;

/**
 * Estimates the rate and the unevenness of claims, counted in windows of one second. Two
 * exponentially weighted means run side by side: a fast one that rises at once with a burst, and a
 * slow one that remembers the burst. The estimate is the slow mean, unless the fast mean is higher
 * by more than chance explains; then it is the lowest rate that the fast mean proves.
 */
final class ArrivalRate {
  private static final long WINDOW_NANOS = Duration.ofSeconds(1).toNanos();

  /** What remains of a window's weight one window later; the half-life is 8 windows. */
  private static final double FAST_KEEP = Math.pow(0.5, 1 / 8.0);

  /** Variance over mean of the fast mean, if claims are Poisson. */
  private static final double FAST_VARIANCE = (1 - FAST_KEEP) / (1 + FAST_KEEP);

  /** How many standard deviations of the fast mean count as chance. */
  private static final double CHANCE = 2;

  private final double slowKeep;
  private long window;
  private int count;
  private double fast;
  private double sum;
  private double squares;
  private double weight;

  /**
   * @param memory half-life of the slow mean
   */
  ArrivalRate(Duration memory, long now) {
    double windows = Math.max(1, (double) memory.toNanos() / WINDOW_NANOS);
    slowKeep = Math.pow(0.5, 1 / windows);
    window = now / WINDOW_NANOS;
  }

  /** Counts one claim. */
  void arrived(long now) {
    roll(now);
    count++;
  }

  /** Returns claims per second. The current window counts as soon as it raises the estimate. */
  double perSecond(long now) {
    roll(now);
    double slow = slowMean();
    double withThisWindow = fast * FAST_KEEP + count * (1 - FAST_KEEP);
    double chance = CHANCE * Math.sqrt(FAST_VARIANCE * slow);
    return Math.max(slow, Math.max(fast, withThisWindow) - chance);
  }

  /**
   * Returns the variance over mean of the claims per window, 1 or more; 1 until enough is known.
   */
  double dispersion(long now) {
    roll(now);
    double mean = slowMean();
    return mean <= 0 ? 1 : Math.max(1, (squares / weight - mean * mean) / mean);
  }

  private double slowMean() {
    return weight > 0 ? sum / weight : 0;
  }

  private void roll(long now) {
    long passed = now / WINDOW_NANOS - window;
    if (passed <= 0) {
      return;
    }
    fast = (fast * FAST_KEEP + count * (1 - FAST_KEEP)) * Math.pow(FAST_KEEP, (double) passed - 1);
    double quiet = Math.pow(slowKeep, (double) passed - 1);
    sum = (sum * slowKeep + count * (1 - slowKeep)) * quiet;
    squares = (squares * slowKeep + (double) count * count * (1 - slowKeep)) * quiet;
    weight = 1 - (1 - weight) * slowKeep * quiet;
    count = 0;
    window += passed;
  }
}
