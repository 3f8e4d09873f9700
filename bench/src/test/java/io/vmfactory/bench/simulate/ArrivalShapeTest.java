package io.vmfactory.bench.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests arrivals by shape. */
class ArrivalShapeTest {
  private static final double DAY = 86_400;

  @ParameterizedTest
  @EnumSource
  void theMeanRateIsAboutTheOneAskedForAndTheSeedDecidesTheRest(ArrivalShape shape) {
    Trace trace = shape.trace(2, DAY, 7);

    assertThat(trace.rate()).isCloseTo(2, within(0.3));
    assertThat(shape.trace(2, DAY, 7)).isEqualTo(trace);
    assertThat(shape.trace(2, DAY, 8)).isNotEqualTo(trace);
  }

  @Test
  void poissonArrivalsVaryAsPoissonDoes() {
    double[] perMinute = counts(ArrivalShape.POISSON.trace(2, DAY, 7), 60);
    double mean = DoubleStream.of(perMinute).average().orElseThrow();
    double variance =
        DoubleStream.of(perMinute).map(n -> (n - mean) * (n - mean)).average().orElseThrow();

    assertThat(mean).isCloseTo(120, within(2.0));
    assertThat(variance / mean).isCloseTo(1, within(0.15));
  }

  @Test
  void theDiurnalRateFollowsTheDay() {
    double[] perHour = counts(ArrivalShape.DIURNAL.trace(2, DAY, 7), 3600);

    assertThat(perHour[0]).isLessThan(0.15 * 7200);
    assertThat(perHour[6]).isCloseTo(7200, within(1400.0));
    assertThat(perHour[12]).isCloseTo(1.9 * 7200, within(500.0));
  }

  @Test
  void burstsAreFarAboveTheRest() {
    double[] perSecond = counts(ArrivalShape.BURSTY.trace(4, DAY, 7), 1);
    double busy = DoubleStream.of(perSecond).filter(n -> n > 20).count() / DAY;

    assertThat(busy).isBetween(0.02, 0.06);
  }

  @Test
  void timersFireAtFullHoursAtTheOffice() {
    double[] perHalfMinute = counts(ArrivalShape.OFFICE.trace(2, DAY, 7), 30);

    assertThat(perHalfMinute[3 * 120]).isGreaterThan(10 * perHalfMinute[3 * 120 + 1]);
    assertThat(perHalfMinute[10 * 120 + 30]).isGreaterThan(5 * perHalfMinute[3 * 120 + 30]);
  }

  private static double[] counts(Trace trace, double span) {
    double[] counts = new double[(int) Math.ceil(trace.length() / span)];
    DoubleStream.of(trace.seconds()).forEach(second -> counts[(int) (second / span)]++);
    return counts;
  }
}
