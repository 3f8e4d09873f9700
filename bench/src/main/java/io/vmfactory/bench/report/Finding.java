package io.vmfactory.bench.report;

/**
 * What was measured of one promise.
 *
 * @param promise its id, see {@link io.vmfactory.bench.spec.Promises}
 */
public record Finding(String promise, double value) {

  public Finding {
    Finite.check(promise, value);
  }
}
