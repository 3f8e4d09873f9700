package io.vmfactory.bench.simulate;

import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;

/** How the rate of arrivals changes over time. Arrivals are Poisson at the rate of their moment. */
enum ArrivalShape {
  /** A constant rate. */
  POISSON {
    @Override
    Intensity intensity(double length, SplittableRandom random) {
      return new Intensity(second -> 1, 1);
    }
  },

  /** A sine wave over the day, from midnight: the rate at noon is 19 times that at midnight. */
  DIURNAL {
    @Override
    Intensity intensity(double length, SplittableRandom random) {
      return new Intensity(second -> 1 - 0.9 * Math.cos(2 * Math.PI * second / DAY), 1.9);
    }
  },

  /**
   * Six requests in ten come evenly, the others in sudden bursts: every two minutes, ten times the
   * mean rate for five seconds, both durations exponentially distributed.
   */
  BURSTY {
    @Override
    Intensity intensity(double length, SplittableRandom random) {
      return Bursts.over(length, random);
    }
  },

  /**
   * An office day, as a build farm has it: a tenth of the mean rate at night; up within half an
   * hour at eight; a dip at noon; down within two hours from five; and at each full hour half a
   * minute at six times the mean rate, from jobs started by timers.
   */
  OFFICE {
    @Override
    Intensity intensity(double length, SplittableRandom random) {
      return new Intensity(ArrivalShape::office, 9);
    }
  };

  private static final double HOUR = 3600;
  private static final double DAY = 24 * HOUR;

  /**
   * Rate over mean rate, by the second.
   *
   * @param most its highest value
   */
  record Intensity(DoubleUnaryOperator at, double most) {}

  abstract Intensity intensity(double length, SplittableRandom random);

  /**
   * Makes arrivals by thinning (Lewis and Shedler 1979): arrivals at the highest rate, each kept
   * with the ratio of its moment's rate to the highest as probability.
   *
   * @param rate mean per second, above zero
   * @param length in seconds, above zero
   * @param seed determines every arrival
   */
  Trace trace(double rate, double length, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Intensity intensity = intensity(length, random.split());
    DoubleStream.Builder kept = DoubleStream.builder();
    double second = 0;
    while ((second += exponential(random) / (rate * intensity.most)) <= length) {
      if (random.nextDouble() * intensity.most < intensity.at.applyAsDouble(second)) {
        kept.add(second);
      }
    }
    return new Trace(word(), kept.build().toArray(), length);
  }

  /** Returns the name on the command line. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns an exponentially distributed number with mean 1. */
  static double exponential(SplittableRandom random) {
    return -Math.log(1 - random.nextDouble());
  }

  private static double office(double second) {
    double hour = second % DAY / HOUR;
    double timers = second % HOUR < 30 ? 6 : 0;
    return timers + 0.1 + 2.5 * Math.min(ramp(hour, 8, 8.5), 1 - ramp(hour, 17, 19)) * noon(hour);
  }

  private static double noon(double hour) {
    return 1 - 0.5 * Math.min(ramp(hour, 12, 12.25), 1 - ramp(hour, 12.75, 13));
  }

  private static double ramp(double hour, double from, double to) {
    return Math.max(0, Math.min(1, (hour - from) / (to - from)));
  }
}
