package io.vmfactory.bench.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
  private static final int MANY = 10_000;

  @Test
  void areTheSameForTheSameSeedOnly() {
    List<Long> some = Arrivals.poisson(4, 20, 1);
    assertThat(some).hasSize(20).isSorted().isEqualTo(Arrivals.poisson(4, 20, 1));
    assertThat(some).isNotEqualTo(Arrivals.poisson(4, 20, 2));
  }

  @Test
  void comeAtTheirRateAndAsIrregularlyAsChanceHasIt() {
    List<Long> many = Arrivals.poisson(4, MANY, 1);
    double seconds = many.get(MANY - 1) / 1e9;
    assertThat(MANY / seconds).isCloseTo(4, within(0.2));
    long hurried = 0;
    for (int i = 1; i < MANY; i++) {
      hurried += many.get(i) - many.get(i - 1) < 0.25e9 ? 1 : 0;
    }
    // In a Poisson process, 1 - 1/e of the gaps are shorter than the mean gap.
    assertThat((double) hurried / MANY).isCloseTo(0.632, within(0.02));
  }
}
