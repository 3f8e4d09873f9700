package io.vmfactory.bench.report;

import java.time.Duration;

/**
 * The settings with which a case runs.
 *
 * @param iterations measured rounds, at least 1
 * @param warmUp rounds before them that are not measured
 * @param concurrency requests at the same time, at least 1
 * @param timeout time limit of the case
 */
public record CaseSettings(int iterations, int warmUp, int concurrency, Duration timeout) {

  public CaseSettings {
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

  /** Returns settings for one request at a time. */
  public static CaseSettings of(int iterations, int warmUp, Duration timeout) {
    return new CaseSettings(iterations, warmUp, 1, timeout);
  }
}
