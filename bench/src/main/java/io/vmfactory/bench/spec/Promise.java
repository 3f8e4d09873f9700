package io.vmfactory.bench.spec;

import java.util.Locale;

/**
 * One promise of SPECIFICATION.md.
 *
 * @param id short name, by which a case reports its measured value
 * @param text what is promised, as the specification says it
 * @param provenBy name of the case
 * @param most whether the bound is the highest value allowed; otherwise it is the lowest
 * @param unit unit of the bound and of the measured value; {@code x} for a ratio
 */
public record Promise(
    String id, String text, String provenBy, boolean most, double bound, String unit) {

  static Promise atMost(String id, String text, String provenBy, double bound, String unit) {
    return new Promise(id, text, provenBy, true, bound, unit);
  }

  static Promise atLeast(String id, String text, String provenBy, double bound, String unit) {
    return new Promise(id, text, provenBy, false, bound, unit);
  }

  /** Whether a measured value is allowed. */
  public boolean allows(double value) {
    return most ? value <= bound : value >= bound;
  }

  /** Returns the bound, such as "at most 1.15 x". */
  public String allowed() {
    return "at %s %s %s".formatted(most ? "most" : "least", shortest(bound), unit);
  }

  /** Returns whether a measured value keeps the promise, as "kept" or "MISSED by 23 %". */
  public String verdict(double value) {
    if (allows(value)) {
      return "kept";
    }
    return bound == 0
        ? "MISSED"
        : String.format(Locale.ROOT, "MISSED by %.0f %%", 100 * Math.abs(value - bound) / bound);
  }

  private static String shortest(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }
}
