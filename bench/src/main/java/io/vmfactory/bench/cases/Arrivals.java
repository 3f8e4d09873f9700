package io.vmfactory.bench.cases;

import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/** Makes the times at which requests come. */
final class Arrivals {
  private static final double NANOS = 1e9;

  private Arrivals() {}

  /**
   * Returns the times of independent requests: a Poisson process.
   *
   * @param perSecond mean number per second, above 0
   * @param seed determines the arrivals
   * @return nanoseconds after the beginning, ascending
   */
  static List<Long> poisson(double perSecond, int count, long seed) {
    Random random = new Random(seed);
    double now = 0;
    LongStream.Builder at = LongStream.builder();
    for (int i = 0; i < count; i++) {
      now += -Math.log(1 - random.nextDouble()) / perSecond;
      at.add((long) (now * NANOS));
    }
    return at.build().boxed().toList();
  }
}
