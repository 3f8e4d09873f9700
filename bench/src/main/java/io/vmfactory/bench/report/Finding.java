package io.vmfactory.bench.report;

/**
 * The measured value of one promise.
 *
 * @param promise id of the promise, see {@link io.vmfactory.bench.spec.Promises}
 */
public record Finding(String promise, double value) {

  public Finding {
    Finite.check(promise, value);
  }
}
