package io.vmfactory.bench.simulate;

import io.vmfactory.bench.simulate.ArrivalShape.Intensity;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Periods of high rate at random moments, see {@link ArrivalShape#BURSTY}. */
final class Bursts {
  private static final double CALM = 0.6;
  private static final double EVERY_SECONDS = 120;
  private static final double SECONDS = 5;
  private static final double BURST = CALM + (1 - CALM) * (EVERY_SECONDS + SECONDS) / SECONDS;

  private Bursts() {}

  static Intensity over(double length, SplittableRandom random) {
    TreeMap<Double, Double> ends = new TreeMap<>();
    double second = 0;
    while ((second += EVERY_SECONDS * ArrivalShape.exponential(random)) < length) {
      double start = second;
      second += SECONDS * ArrivalShape.exponential(random);
      ends.put(start, second);
    }
    return new Intensity(at -> inside(ends.floorEntry(at), at) ? BURST : CALM, BURST);
  }

  private static boolean inside(Map.@Nullable Entry<Double, Double> burst, double at) {
    return burst != null && at < burst.getValue();
  }
}
