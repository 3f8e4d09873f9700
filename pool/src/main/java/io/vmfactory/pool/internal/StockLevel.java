package io.vmfactory.pool.internal;

/**
 * The base-stock rule of inventory theory: with every claim replaced one for one, the stock lasts
 * when the demand during one replacement time does not exceed it.
 *
 * <p>Demand in that time is taken as Poisson with mean {@code m}, which by Palm's theorem also
 * covers replacement times that vary around their mean. Where observed claims come in bursts, their
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
