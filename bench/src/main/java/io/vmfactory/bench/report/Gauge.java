package io.vmfactory.bench.report;

/** A measured value that is not a time, such as {@code 57.9 MiB}. */
public record Gauge(String name, String unit, double value) {

  public Gauge {
    Finite.check(name, value);
  }
}
