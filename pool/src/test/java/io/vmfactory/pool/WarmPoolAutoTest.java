package io.vmfactory.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Tests a pool that follows demand. */
class WarmPoolAutoTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final PoolFixture fixture = new PoolFixture();
  private final ScriptedAllocator allocator = fixture.allocator;

  private WarmPool<Item> pool(int min, int max) {
    return fixture.pool(PoolPolicy.of(PoolSizing.auto(min, max)).withAllocationsAtOnce(max));
  }

  /** Makes so many claims in each of so many seconds; each allocation takes {@code span}. */
  private void serve(WarmPool<Item> pool, int claims, int seconds, Duration span) {
    for (int i = 0; i < seconds; i++) {
      for (int n = 0; n < claims; n++) {
        pool.tryClaim().ifPresent(Claim::take);
      }
      int begun = allocator.asked.size();
      fixture.clock.advance(span);
      for (int n = 0; n < begun; n++) {
        allocator.succeed();
      }
      fixture.clock.advance(SECOND.minus(span));
    }
  }

  @Test
  void keepsTheLeastWithoutDemand() {
    WarmPool<Item> pool = pool(2, 16);

    assertThat(pool.stats().aim().count()).isEqualTo(2);
    assertThat(allocator.asked).hasSize(2);
  }

  @Test
  void steadyDemandIsCoveredAtThePoissonLevel() {
    WarmPool<Item> pool = pool(1, 64);
    serve(pool, 4, 300, SECOND);

    // 4 claims/s with 1 s to make one: one above the 0.99 quantile of Poisson(4).
    assertThat(pool.stats().aim().count()).isEqualTo(10);
    assertThat(pool.stats().aim().why())
        .contains("4.00 claims/s", "1.00 s to make one, 64 at once", "cover 0.99");
    assertThat(pool.stats().slots().idle()).isEqualTo(10);
  }

  @Test
  void fasterRefillNeedsASmallerStock() {
    WarmPool<Item> pool = pool(1, 64);
    serve(pool, 4, 300, Duration.ofMillis(250));

    // Poisson(1).
    assertThat(pool.stats().aim().count()).isEqualTo(5);
  }

  @Test
  void whatCannotBeReplacedAsFastAsItGoesIsKeptAtTheMost() {
    WarmPool<Item> pool = fixture.pool(PoolPolicy.of(PoolSizing.auto(1, 20)));
    serve(pool, 2, 60, SECOND);

    assertThat(pool.stats().aim().count()).isEqualTo(20);
  }

  @Test
  void aRareClaimerFindsOneAndOneThatIsForgottenKeepsNone() {
    WarmPool<Item> pool = pool(0, 5);
    serve(pool, 1, 1, SECOND);
    serve(pool, 0, 300, SECOND);
    int remembered = pool.stats().aim().count();
    serve(pool, 0, 3600, SECOND);

    assertThat(remembered).isEqualTo(1);
    assertThat(pool.stats().aim().count()).isZero();
    assertThat(pool.stats().slots().idle()).isZero();
  }

  @Test
  void goesUpWithinTheBurstAndDownSlowly() {
    WarmPool<Item> pool = pool(1, 64);
    serve(pool, 1, 600, SECOND);
    int calm = pool.stats().aim().count();
    serve(pool, 30, 3, SECOND);
    int burst = pool.stats().aim().count();
    assertThat(burst).isGreaterThan(2 * calm);

    serve(pool, 0, 60, SECOND);
    int minuteLater = pool.stats().aim().count();
    serve(pool, 0, 3600, SECOND);

    assertThat(minuteLater).isLessThan(burst).isGreaterThan(1);
    assertThat(pool.stats().aim().count()).isEqualTo(1);
    assertThat(pool.stats().slots().idle()).isEqualTo(1);
    assertThat(fixture.clock.pending()).isZero();
  }

  @Test
  void neverExceedsTheMost() {
    WarmPool<Item> pool = pool(0, 5);
    serve(pool, 100, 20, SECOND);

    assertThat(pool.stats().aim().count()).isEqualTo(5);
    assertThat(pool.stats().slots().idle()).isEqualTo(5);
  }

  @Test
  void aPoolThatKeepsNothingStartsOnTheFirstMisses() {
    WarmPool<Item> pool = pool(0, 5);
    assertThat(allocator.allocations).isZero();

    serve(pool, 2, 2, SECOND);

    assertThat(pool.stats().slots().idle()).isPositive();
  }

  @Test
  void burstsRaiseTheStockAboveWhatTheSameRateNeedsWhenEven() {
    WarmPool<Item> pool = pool(1, 64);
    for (int i = 0; i < 100; i++) {
      serve(pool, 10, 1, SECOND);
      serve(pool, 0, 9, SECOND);
    }

    assertThat(pool.stats().aim().count()).isGreaterThan(9);
  }

  @Test
  void canBeSwitchedToAFixedSizeAndBackWithoutForgetting() {
    WarmPool<Item> pool = pool(1, 64);
    serve(pool, 4, 300, SECOND);
    pool.resize(PoolSizing.fixed(2));
    assertThat(pool.stats().slots().idle()).isEqualTo(2);
    assertThat(pool.stats().aim().why()).isEqualTo("fixed");
    assertThat(pool.stats().aim().claimsPerSecond()).isCloseTo(4, within(0.01));

    pool.resize(PoolSizing.auto(1, 64));

    assertThat(pool.stats().aim().count()).isEqualTo(10);
  }
}
