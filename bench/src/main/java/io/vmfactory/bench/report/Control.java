package io.vmfactory.bench.report;

import java.time.Duration;

/**
 * How a case is run.
 *
 * @param iterations rounds that count, at least 1
 * @param warmUp rounds before, which do not
 * @param concurrency requests at once, at least 1
 * @param timeout after which the case is given up
 */
public record Control(int iterations, int warmUp, int concurrency, Duration timeout) {

  public Control {
    if (iterations < 1
        || warmUp < 0
        || concurrency < 1
        || timeout.isNegative()
        || timeout.isZero()) {
      throw new IllegalArgumentException(
          "iterations and concurrency from 1, warmUp from 0, a timeout: got %d, %d, %d, %s"
              .formatted(iterations, concurrency, warmUp, timeout));
    }
  }

  /** One request at a time. */
  public static Control of(int iterations, int warmUp, Duration timeout) {
    return new Control(iterations, warmUp, 1, timeout);
  }
}
