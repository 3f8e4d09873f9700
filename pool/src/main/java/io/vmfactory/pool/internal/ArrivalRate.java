package io.vmfactory.pool.internal;

import java.time.Duration;

/**
 * Estimates from claims, counted in windows of one second, how many come per second and how
 * unevenly. Two exponentially weighted means run side by side: a fast one that a burst lifts at
 * once, and a slow one that keeps the memory of it. The rate is the slow one's, unless the fast one
 * is higher by more than chance explains; then it is what the fast one proves.
 */
final class ArrivalRate {
  private static final long WINDOW_NANOS = Duration.ofSeconds(1).toNanos();

  /** What is left of a window's weight one window later, half-life 8 windows. */
  private static final double FAST_KEEP = Math.pow(0.5, 1 / 8.0);

  /** Variance over mean of the fast mean, when claims are Poisson. */
  private static final double FAST_VARIANCE = (1 - FAST_KEEP) / (1 + FAST_KEEP);

  /** How many standard deviations of the fast mean are put down to chance. */
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

  /** One claim came. */
  void arrived(long now) {
    roll(now);
    count++;
  }

  /** Claims per second. The window under way counts as soon as it raises the estimate. */
  double perSecond(long now) {
    roll(now);
    double slow = slowMean();
    double withThisWindow = fast * FAST_KEEP + count * (1 - FAST_KEEP);
    double chance = CHANCE * Math.sqrt(FAST_VARIANCE * slow);
    return Math.max(slow, Math.max(fast, withThisWindow) - chance);
  }

  /** Variance over mean of the claims per window, 1 or more; 1 until something is known. */
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
    fast = (fast * FAST_KEEP + count * (1 - FAST_KEEP)) * Math.pow(FAST_KEEP, passed - 1);
    double quiet = Math.pow(slowKeep, passed - 1);
    sum = (sum * slowKeep + count * (1 - slowKeep)) * quiet;
    squares = (squares * slowKeep + (double) count * count * (1 - slowKeep)) * quiet;
    weight = 1 - (1 - weight) * slowKeep * quiet;
    count = 0;
    window += passed;
  }
}
