package io.vmfactory.pool.internal;

/**
 * Computes stock by the base-stock rule of inventory theory: if every claim is replaced one for
 * one, a claim finds a value in stock if fewer values than the whole stock are on order (claimed
 * and not replaced yet).
 *
 * <p>The number on order is taken as Poisson with mean {@code m}; by Palm's theorem this also
 * covers replacement times that vary around their mean. If observed claims come in bursts, their
 * variance-to-mean ratio {@code d} is above 1, and a negative binomial with mean {@code m} and
 * variance {@code d*m} takes its place (size {@code r = m/(d-1)}, {@code P(0) = d^-r}), as
 * Sherbrooke does for spare parts in "Optimal Inventory Modeling of Systems".
 */
final class StockLevel {
  /** Below this excess over 1, the negative binomial is practically a Poisson distribution. */
  private static final double POISSON_BELOW = 1e-6;

  /** Terms with a lower logarithm lose digits as doubles. */
  private static final double SMALL = -700;

  private StockLevel() {}

  /**
   * Returns the mean number on order: those being made, by Little's law, and those that wait to be
   * made, by Sakasegawa's approximation ("An approximation formula Lq ~ α·ρ^β/(1-ρ)", 1977) with a
   * constant time to make one.
   *
   * @param rate claims per second
   * @param seconds time to make one
   * @param atOnce most that are made at the same time
   * @return infinite if claims come faster than they can be replaced
   */
  static double onOrder(double rate, double seconds, int atOnce, double dispersion) {
    double making = rate * seconds;
    double busy = making / atOnce;
    if (busy >= 1) {
      return Double.POSITIVE_INFINITY;
    }
    double queue = Math.pow(busy, Math.sqrt(2.0 * (atOnce + 1))) / (1 - busy);
    return making + queue * dispersion / 2;
  }

  /**
   * Returns the smallest stock in which a claim finds a value with the given probability: P(on
   * order < stock). At most {@code max}.
   *
   * @param onOrder mean number on order, may be infinite
   */
  static int finding(double onOrder, double dispersion, double probability, int max) {
    if (max == 0 || Double.isInfinite(onOrder)) {
      return max;
    }
    return 1 + smallest(onOrder, dispersion, probability, max - 1);
  }

  /** Returns the smallest count with P(demand <= count) >= probability, at most {@code max}. */
  static int smallest(double mean, double dispersion, double probability, int max) {
    double excess = dispersion - 1;
    boolean poisson = excess < POISSON_BELOW;
    double size = poisson ? 0 : mean / excess;
    // P(0) is below the smallest double if the mean is above some 700; its logarithm never is.
    double log = poisson ? -mean : -size * Math.log(dispersion);
    boolean small = log < SMALL;
    double term = Math.exp(log);
    double covered = term;
    int count = 0;
    while (covered < probability && count < max) {
      double ratio = poisson ? mean : (size + count) * excess / dispersion;
      count++;
      log += small ? Math.log(ratio / count) : 0;
      term = small ? Math.exp(log) : term * ratio / count;
      covered += term;
    }
    return count;
  }
}
