package io.vmfactory.pool.internal;

/**
 * The base-stock rule of inventory theory: with every claim replaced one for one, a claim finds
 * something on stock when fewer than the whole stock are on order, claimed and not replaced yet.
 *
 * <p>Their number is taken as Poisson with mean {@code m}, which by Palm's theorem also covers
 * replacement times that vary around their mean. Where observed claims come in bursts, their
 * variance-to-mean ratio {@code d} is above 1 and a negative binomial with mean {@code m} and
 * variance {@code d*m} takes its place (size {@code r = m/(d-1)}, {@code P(0) = d^-r}), as
 * Sherbrooke does for spare parts in "Optimal Inventory Modeling of Systems".
 */
final class StockLevel {
  /** Below this excess over 1 the negative binomial is a Poisson for all purposes. */
  private static final double POISSON_BELOW = 1e-6;

  /** Terms whose logarithm is lower lose digits as doubles. */
  private static final double SMALL = -700;

  private StockLevel() {}

  /**
   * The mean number on order: those being made, by Little's law, and those that wait for a turn to
   * be made, by Sakasegawa's approximation ("An approximation formula Lq ~ α·ρ^β/(1-ρ)", 1977) with
   * the time to make one as a constant.
   *
   * @param rate claims per second
   * @param seconds to make one
   * @param atOnce most that are made at the same time
   * @return infinite when claims come faster than they can be replaced
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
   * The smallest stock of which a claim finds something with the given probability: P(on order <
   * stock), at most {@code max}.
   *
   * @param onOrder mean number on order, may be infinite
   */
  static int finding(double onOrder, double dispersion, double probability, int max) {
    if (max == 0 || Double.isInfinite(onOrder)) {
      return max;
    }
    return 1 + smallest(onOrder, dispersion, probability, max - 1);
  }

  /** The smallest count with P(demand <= count) >= probability, at most {@code max}. */
  static int smallest(double mean, double dispersion, double probability, int max) {
    double excess = dispersion - 1;
    boolean poisson = excess < POISSON_BELOW;
    double size = poisson ? 0 : mean / excess;
    // P(0) is below the smallest double once the mean is above some 700; logarithms never are.
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
