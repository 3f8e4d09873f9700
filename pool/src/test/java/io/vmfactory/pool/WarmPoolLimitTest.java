package io.vmfactory.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Tests a limit set from outside, which counts whatever the sizing wants. */
class WarmPoolLimitTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final PoolFixture fixture = new PoolFixture();
  private final ScriptedAllocator allocator = fixture.allocator;

  @Test
  void surplusIsDisposedOfOldestFirstAndNotReplaced() {
    WarmPool<Item> pool = fixture.full(4);
    pool.limit(1, "no room");

    assertThat(allocator.disposed).extracting(item -> item.id).containsExactly(0, 1, 2);
    assertThat(pool.stats().slots().idle()).isEqualTo(1);
    assertThat(allocator.asked).isEmpty();
  }

  @Test
  void theReasonNamesWhatIsWantedAndWhoLimits() {
    WarmPool<Item> pool = fixture.full(4);
    pool.limit(1, "no room");

    PoolStats.Aim aim = pool.stats().aim();
    assertThat(aim.count()).isEqualTo(1);
    assertThat(aim.wanted()).isEqualTo(4);
    assertThat(aim.why()).isEqualTo("fixed, wants 4; limited to 1: no room");
  }

  @Test
  void aLimitAboveWhatIsWantedChangesNothingAndIsNotMentioned() {
    WarmPool<Item> pool = fixture.full(2);
    pool.limit(2, "no room");

    assertThat(pool.stats().aim().count()).isEqualTo(2);
    assertThat(pool.stats().aim().why()).isEqualTo("fixed");
    assertThat(allocator.disposed).isEmpty();
  }

  @Test
  void aSizingSetLaterIsLimitedToo() {
    WarmPool<Item> pool = fixture.full(1);
    pool.limit(2, "no room");
    pool.resize(PoolSizing.fixed(5));
    assertThat(pool.stats().aim().count()).isEqualTo(2);
    allocator.succeed();
    assertThat(allocator.asked).isEmpty();

    pool.resize(PoolSizing.auto(4, 8));
    assertThat(pool.stats().aim().count()).isEqualTo(2);
    assertThat(pool.stats().aim().why()).startsWith("auto 4..8: ").endsWith("to 2: no room");
  }

  @Test
  void aLimitThatIsRaisedOrLiftedLetsTheStockGrow() {
    WarmPool<Item> pool = fixture.full(3);
    pool.limit(0, "no room");
    assertThat(pool.stats().slots().idle()).isZero();

    pool.limit(1, "little room");
    allocator.succeed();
    assertThat(pool.stats().slots().idle()).isEqualTo(1);
    pool.limit(Integer.MAX_VALUE, "");
    allocator.succeed();
    allocator.succeed();

    assertThat(pool.stats().slots().idle()).isEqualTo(3);
    assertThat(pool.stats().aim().why()).isEqualTo("fixed");
  }

  @Test
  void whatArrivesAboveTheLimitIsDisposedOf() {
    WarmPool<Item> pool = fixture.pool(1, 1);
    pool.limit(0, "no room");
    Item late = allocator.succeed();

    assertThat(allocator.disposed).containsExactly(late);
  }

  @Test
  void aWaitingClaimIsServedBeyondTheLimit() {
    WarmPool<Item> pool = fixture.pool(0, 1);
    pool.limit(0, "no room");
    CompletableFuture<Claim<Item>> claim = PoolFixture.claim(pool, MINUTE);
    Item made = allocator.succeed();

    assertThat(claim.getNow(null).take()).isEqualTo(made);
  }

  @Test
  void aClaimGivenBackAboveTheLimitIsDisposedOf() {
    WarmPool<Item> pool = fixture.full(1);
    Claim<Item> claim = pool.tryClaim().orElseThrow();
    pool.limit(0, "no room");
    allocator.succeed();
    assertThat(allocator.disposed).hasSize(1);
    claim.undo();

    assertThat(allocator.disposed).hasSize(2);
    assertThat(pool.stats().slots().idle()).isZero();
  }

  @Test
  void anAutomaticStockShrinksByItselfBelowTheLimit() {
    WarmPool<Item> pool =
        fixture.pool(PoolPolicy.of(PoolSizing.auto(0, 8)).withAllocationsAtOnce(8));
    for (int i = 0; i < 40; i++) {
      pool.tryClaim();
    }
    pool.limit(2, "no room");
    fixture.clock.advance(Duration.ofSeconds(1));
    while (!allocator.asked.isEmpty()) {
      allocator.succeed();
    }
    assertThat(pool.stats().aim().wanted()).isEqualTo(8);
    assertThat(pool.stats().slots().idle()).isEqualTo(2);
    fixture.clock.advance(Duration.ofHours(3));

    assertThat(pool.stats().aim().wanted()).isZero();
    assertThat(pool.stats().slots().idle()).isZero();
    assertThat(fixture.clock.pending()).isZero();
  }

  @Test
  void aNegativeLimitIsRefused() {
    WarmPool<Item> pool = fixture.full(1);
    assertThatThrownBy(() -> pool.limit(-1, "nonsense"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
  }
}
