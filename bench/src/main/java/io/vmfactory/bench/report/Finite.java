package io.vmfactory.bench.report;

/** A report has no place for what is no number: a case that makes one learns so at once. */
final class Finite {
  private Finite() {}

  static void check(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(what + " is " + value);
    }
  }
}
