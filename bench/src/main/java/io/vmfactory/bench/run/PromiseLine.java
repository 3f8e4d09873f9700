package io.vmfactory.bench.run;

import io.vmfactory.bench.spec.Promise;
import java.util.Locale;

/** Formats a promise and its measured value as one line. */
final class PromiseLine {
  private PromiseLine() {}

  static String line(Promise promise, double value) {
    return String.format(
        Locale.ROOT,
        "%-18s %9.2f %-5s %-22s %s",
        promise.id(),
        value,
        promise.unit(),
        "(" + promise.allowed() + ")",
        promise.verdict(value));
  }

  /** Returns the line of a promise that no case has measured. */
  static String none(Promise promise) {
    return "%-18s %9s %-5s %-22s not measured by case %s"
        .formatted(
            promise.id(), "-", promise.unit(), "(" + promise.allowed() + ")", promise.provenBy());
  }
}
