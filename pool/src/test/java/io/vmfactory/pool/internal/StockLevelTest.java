package io.vmfactory.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the stock that covers demand with a given probability. */
class StockLevelTest {
  @ParameterizedTest
  @CsvSource({
    "0.01, 0.99, 0",
    "0.1, 0.99, 1",
    "1, 0.99, 4",
    "4, 0.99, 9",
    "10, 0.99, 18",
    "10, 0.5, 10",
    "1, 0.999, 5",
    "4, 0.999, 11"
  })
  void isThePoissonQuantileWhenDemandIsEven(double mean, double probability, int expected) {
    assertThat(StockLevel.smallest(mean, 1, probability, 1000)).isEqualTo(expected);
  }

  /**
   * The expected values were computed by summing the binomial's terms through the gamma function.
   */
  @ParameterizedTest
  @CsvSource({"4, 2, 13", "1, 5, 11", "10, 3, 26", "0.1, 16, 2"})
  void isTheNegativeBinomialQuantileWhenDemandComesInBursts(
      double mean, double dispersion, int expected) {
    assertThat(StockLevel.smallest(mean, dispersion, 0.99, 1000)).isEqualTo(expected);
  }

  @Test
  void burstsNeverLowerItAndItMeetsThePoissonWhereTheyVanish() {
    int even = StockLevel.smallest(5, 1, 0.99, 1000);

    assertThat(StockLevel.smallest(5, 1 + 1e-5, 0.99, 1000)).isEqualTo(even);
    assertThat(StockLevel.smallest(5, 3, 0.99, 1000)).isGreaterThan(even);
  }

  @Test
  void noDemandNeedsNoStock() {
    assertThat(StockLevel.smallest(0, 1, 0.99, 10)).isZero();
    assertThat(StockLevel.smallest(0, 4, 0.99, 10)).isZero();
  }

  @Test
  void staysWithinTheMostEvenForDemandWhoseTermsUnderflow() {
    assertThat(StockLevel.smallest(5000, 1, 0.99, 64)).isEqualTo(64);
    assertThat(StockLevel.smallest(5000, 1, 0.5, 100_000)).isBetween(4999, 5001);
  }

  @ParameterizedTest
  @CsvSource({"2, 3, 100, 6", "0.5, 1, 1, 0.75", "0.8, 1, 1, 2.4", "1, 1, 2, 1.173"})
  void onOrderIsWhatIsMadeAndWhatWaitsForItsTurn(
      double rate, double seconds, int atOnce, double expected) {
    // For one at a time this is the exact mean of M/D/1, for two that of M/D/2 within 1 %.
    assertThat(StockLevel.onOrder(rate, seconds, atOnce, 1)).isCloseTo(expected, within(0.015));
  }

  @Test
  void demandBeyondWhatCanBeMadeWantsTheMost() {
    double onOrder = StockLevel.onOrder(4, 0.5, 2, 1);

    assertThat(onOrder).isInfinite();
    assertThat(StockLevel.finding(onOrder, 1, 0.99, 32)).isEqualTo(32);
  }

  @Test
  void aStockIsFoundWhenLessThanAllOfItIsOnOrder() {
    assertThat(StockLevel.finding(4, 1, 0.99, 64)).isEqualTo(10);
    assertThat(StockLevel.finding(1e-9, 1, 0.99, 64)).isEqualTo(1);
    assertThat(StockLevel.finding(100, 1, 0.99, 64)).isEqualTo(64);
    assertThat(StockLevel.finding(100, 1, 0.99, 0)).isZero();
  }
}
