package io.vmfactory.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the estimate of future claims from those seen. */
class ArrivalRateTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final ArrivalRate rate = new ArrivalRate(Duration.ofMinutes(10), 0);

  private void arrive(int count, int from, int seconds) {
    for (int i = 0; i < seconds; i++) {
      for (int n = 0; n < count; n++) {
        rate.arrived((from + i) * SECOND);
      }
    }
  }

  @Test
  void steadyArrivalsGiveTheirRateAndNoExcessVariance() {
    arrive(3, 0, 120);

    assertThat(rate.perSecond(120 * SECOND)).isCloseTo(3, within(1e-3));
    assertThat(rate.dispersion(120 * SECOND)).isEqualTo(1);
  }

  @Test
  void nothingIsKnownBeforeTheFirst() {
    assertThat(rate.perSecond(50 * SECOND)).isZero();
    assertThat(rate.dispersion(50 * SECOND)).isEqualTo(1);
  }

  @Test
  void aBurstRaisesTheRateWithinItsOwnWindow() {
    arrive(1, 0, 600);
    double before = rate.perSecond(600 * SECOND);
    arrive(50, 600, 1);

    assertThat(rate.perSecond(600 * SECOND)).isGreaterThan(4 * before);
  }

  @Test
  void theRateFallsByTheMemoryAndNotByTheBurst() {
    arrive(4, 0, 3600);
    double busy = rate.perSecond(3600 * SECOND);

    assertThat(rate.perSecond(3660 * SECOND)).isGreaterThan(0.9 * busy);
    assertThat(rate.perSecond((3600 + 600) * SECOND)).isCloseTo(busy / 2, within(0.05 * busy));
    assertThat(rate.perSecond((3600 + 6000) * SECOND)).isLessThan(0.01 * busy);
  }

  @Test
  void batchesShowAsTheirSizeInTheDispersion() {
    // One batch of 8 in every 20th second: mean 0.4, mean square 3.2, so (3.2 - 0.16) / 0.4 = 7.6.
    for (int batch = 0; batch < 500; batch++) {
      arrive(8, batch * 20, 1);
    }

    assertThat(rate.dispersion(500 * 20 * SECOND)).isCloseTo(7.6, within(0.3));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.2, 1, 5, 40})
  void whatChanceBringsTogetherDoesNotRaiseTheRate(double perSecond) {
    SplittableRandom random = new SplittableRandom(5);
    double sum = 0;
    double at = 0;
    for (int second = 1; second <= 40_000; second++) {
      for (; at < second; at -= Math.log(1 - random.nextDouble()) / perSecond) {
        rate.arrived((long) (at * SECOND));
      }
      sum += second > 4_000 ? rate.perSecond(second * SECOND) : 0;
    }

    assertThat(sum / 36_000).isCloseTo(perSecond, within(0.03 * perSecond));
  }
}
