package io.vmfactory.bench.plot;

import java.util.List;
import java.util.Locale;

/** Converts times to milliseconds. */
final class Millis {
  private Millis() {}

  /**
   * Returns the value that {@code percent} of 100 of the sorted values do not exceed; there is at
   * least one value.
   */
  static double percentile(List<Long> sorted, double percent) {
    int rank = (int) Math.ceil(percent / 100 * sorted.size());
    return sorted.get(Math.max(rank, 1) - 1) / 1e3;
  }

  /** Returns a number with three significant digits. */
  static String text(double number) {
    double size = Math.abs(number);
    int decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%." + decimals + "f", number);
  }
}
