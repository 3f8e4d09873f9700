package io.vmfactory.bench.report;

/**
 * Checks that values are finite numbers. A report has no place for others, so a case that computes
 * one fails at once.
 */
final class Finite {
  private Finite() {}

  static void check(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(what + " is " + value);
    }
  }
}
