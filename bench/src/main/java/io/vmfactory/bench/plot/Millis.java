package io.vmfactory.bench.plot;

import java.util.List;
import java.util.Locale;

/** Times as milliseconds. */
final class Millis {
  private Millis() {}

  /** Value that {@code percent} of 100 of the sorted values, at least one, do not exceed. */
  static double percentile(List<Long> sorted, double percent) {
    int rank = (int) Math.ceil(percent / 100 * sorted.size());
    return sorted.get(Math.max(rank, 1) - 1) / 1e3;
  }

  /** A number with three digits that count, and no more. */
  static String text(double number) {
    double size = Math.abs(number);
    int decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%." + decimals + "f", number);
  }
}
