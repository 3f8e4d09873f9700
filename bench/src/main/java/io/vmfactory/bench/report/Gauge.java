package io.vmfactory.bench.report;

/** One figure that is no time, as {@code 57.9 MiB}. */
public record Gauge(String name, String unit, double value) {

  public Gauge {
    Finite.check(name, value);
  }
}
