package io.vmfactory.bench;

import java.util.Locale;

/**
 * What the specification promises of one figure, and what was measured.
 *
 * @param most whether the bound is the highest value allowed; else it is the lowest
 */
record Promise(String name, double value, String unit, double bound, boolean most) {
  static Promise atMost(String name, double value, String unit, double bound) {
    return new Promise(name, value, unit, bound, true);
  }

  static Promise atLeast(String name, double value, String unit, double bound) {
    return new Promise(name, value, unit, bound, false);
  }

  boolean kept() {
    return most ? value <= bound : value >= bound;
  }

  /** Name, figure, promise, and whether it is kept or by how much it is missed. */
  String line() {
    return String.format(
        Locale.ROOT,
        "%-34s %8.2f %-4s (promised: at %s %s %s) %s",
        name,
        value,
        unit,
        most ? "most" : "least",
        shortest(bound),
        unit,
        kept() ? "kept" : String.format(Locale.ROOT, "MISSED by %.0f %%", missedPercent()));
  }

  private double missedPercent() {
    return 100 * Math.abs(value - bound) / bound;
  }

  private static String shortest(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }
}
