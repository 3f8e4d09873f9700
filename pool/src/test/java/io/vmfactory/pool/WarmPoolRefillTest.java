package io.vmfactory.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Tests how the stock is filled, and what happens if allocation fails. */
class WarmPoolRefillTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final PoolFixture fixture = new PoolFixture();
  private final ScriptedAllocator allocator = fixture.allocator;

  @Test
  void fillsToItsSizeAFewAtATime() {
    WarmPool<Item> pool = fixture.pool(5, 2);
    List<Integer> underWay = new ArrayList<>();
    while (!allocator.asked.isEmpty()) {
      underWay.add(allocator.asked.size());
      allocator.succeed();
    }

    assertThat(underWay).containsExactly(2, 2, 2, 2, 1);
    assertThat(pool.stats().slots().idle()).isEqualTo(5);
  }

  @Test
  void whatIsClaimedIsReplaced() {
    WarmPool<Item> pool = fixture.full(2);
    pool.tryClaim().orElseThrow().take();

    assertThat(allocator.asked).hasSize(1);
    allocator.succeed();
    assertThat(pool.stats().slots().idle()).isEqualTo(2);
    assertThat(allocator.asked).isEmpty();
  }

  @Test
  void itTellsEachTimeTheStockIsAsWantedAgain() {
    List<PoolStats.Slots> reported = new ArrayList<>();
    WarmPool<Item> pool =
        fixture.unstarted(PoolPolicy.of(PoolSizing.fixed(2)).withAllocationsAtOnce(2));
    pool.whenSettled(() -> reported.add(pool.stats().slots()));
    pool.start();
    allocator.succeed();
    assertThat(reported).isEmpty();
    allocator.succeed();
    assertThat(reported).hasSize(1);

    Claim<Item> claim = pool.tryClaim().orElseThrow();
    allocator.succeed();
    assertThat(reported).as("a value still held is not at rest").hasSize(1);
    claim.take();
    assertThat(reported).hasSize(2);

    pool.resize(PoolSizing.fixed(1));
    assertThat(reported).hasSize(3);
    assertThat(reported).allMatch(s -> s.allocating() + s.claimed() + s.disposing() == 0);
    assertThat(reported).extracting(PoolStats.Slots::idle).containsExactly(2, 2, 1);
  }

  @Test
  void aPoolThatIsDrainedIsNotCalledFull() {
    WarmPool<Item> pool = fixture.full(1);
    List<String> reported = new ArrayList<>();
    pool.whenSettled(() -> reported.add("settled"));
    pool.drain();
    pool.reopen();
    assertThat(reported).isEmpty();
    allocator.succeed();
    assertThat(reported).containsExactly("settled");
  }

  @Test
  void anAllocatorThatAnswersAtOnceFillsALargePoolWithoutRecursion() {
    allocator.atOnce = true;
    WarmPool<Item> pool = fixture.pool(20_000, 1);

    assertThat(pool.stats().slots().idle()).isEqualTo(20_000);
  }

  @Test
  void aFailureIsKeptAndAllocationPausesThenHealsByItself() {
    WarmPool<Item> pool = fixture.pool(2, 1);
    allocator.fail("disk full");

    PoolStats.Retry retry = pool.stats().retry().orElseThrow();
    assertThat(retry.failuresInARow()).isEqualTo(1);
    assertThat(retry.cause()).hasMessage("disk full");
    assertThat(allocator.asked).isEmpty();

    fixture.clock.advance(retry.in());
    allocator.succeed();
    allocator.succeed();

    assertThat(pool.stats().retry()).isEmpty();
    assertThat(pool.stats().slots().idle()).isEqualTo(2);
    assertThat(pool.stats().failures()).hasSize(1);
  }

  @Test
  void pausesDoubleUpToTheLongest() {
    WarmPool<Item> pool =
        fixture.pool(
            PoolPolicy.of(PoolSizing.fixed(1))
                .withBackoff(new Backoff(SECOND, SECOND.multipliedBy(5))));
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      allocator.fail("no");
      Duration in = pool.stats().retry().orElseThrow().in();
      pauses.add(Math.round(in.toNanos() / 1e9));
      fixture.clock.advance(in.minusNanos(1));
      assertThat(allocator.asked).isEmpty();
      fixture.clock.advance(Duration.ofNanos(1));
    }

    assertThat(pauses).containsExactly(1L, 2L, 4L, 5L, 5L);
  }

  @Test
  void allocationsThatFailTogetherCountOnceAndOneAttemptComesAfterThem() {
    WarmPool<Item> pool = fixture.pool(4, 4);
    for (int i = 0; i < 4; i++) {
      allocator.fail("no");
    }
    PoolStats.Retry retry = pool.stats().retry().orElseThrow();
    assertThat(retry.failuresInARow()).isEqualTo(1);
    assertThat(pool.stats().traffic().allocationsFailed()).isEqualTo(4);

    fixture.clock.advance(retry.in());
    assertThat(allocator.asked).hasSize(1);
    allocator.succeed();
    assertThat(allocator.asked).hasSize(3);
  }

  @Test
  void anAllocatorThatThrowsIsAFailedOne() {
    SteppedClock clock = new SteppedClock();
    Allocator<Item> thrower =
        new Allocator<>() {
          @Override
          public CompletableFuture<Item> allocate(Deadline limit) {
            throw new IllegalArgumentException("thrown");
          }

          @Override
          public CompletableFuture<Void> dispose(Item value) {
            throw new AssertionError("nothing was made");
          }
        };
    PoolPolicy policy = PoolPolicy.of(PoolSizing.fixed(1));
    var pool = new WarmPool<>("p", thrower, Expiry.never(), policy, clock, PoolFixture.FULL);
    pool.start();
    assertThat(pool.stats().retry().orElseThrow().cause()).hasMessage("thrown");
  }

  @Test
  void anAllocatorThatGivesNullIsAFailedOne() {
    WarmPool<Item> pool = fixture.pool(1, 1);
    allocator.asked.remove(0).complete(null);

    assertThat(pool.stats().traffic().allocationsFailed()).isEqualTo(1);
    assertThat(pool.stats().retry().orElseThrow().cause()).hasMessageContaining("no value");
  }

  @Test
  void anAllocatorThatFailsAtOnceIsNotAskedAgainBeforeTheTimer() {
    allocator.failAtOnce = true;
    WarmPool<Item> pool =
        new WarmPool<>(
            "p",
            allocator,
            allocator,
            PoolPolicy.of(PoolSizing.fixed(3)),
            fixture.clock,
            PoolFixture.fixed(0));

    pool.start();

    assertThat(allocator.allocations).isEqualTo(1);
    fixture.clock.advance(Duration.ofMillis(10));
    assertThat(allocator.allocations).isEqualTo(11);
    assertThat(pool.stats().traffic().allocationsFailed()).isEqualTo(11);
  }

  @Test
  void aWaiterWhoseTimeOutlastsThePauseWaitsOnAndIsServed() {
    WarmPool<Item> pool = fixture.pool(0, 1);
    CompletableFuture<Claim<Item>> waiter = PoolFixture.claim(pool, MINUTE);
    allocator.fail("busy");
    assertThat(waiter).isNotDone();

    fixture.clock.advance(SECOND);
    Item item = allocator.succeed();

    assertThat(waiter.join().take()).isSameAs(item);
  }

  @Test
  void aWaiterWhoseTimeEndsBeforeTheNextAttemptGetsTheCauseAtOnce() {
    WarmPool<Item> pool =
        fixture.pool(PoolPolicy.of(PoolSizing.fixed(1)).withBackoff(new Backoff(MINUTE, MINUTE)));
    CompletableFuture<Claim<Item>> waiter = PoolFixture.claim(pool, SECOND);
    allocator.fail("no such kernel");

    PoolException reported = PoolFixture.exception(waiter);
    assertThat(reported.reason()).isEqualTo(PoolException.Reason.EXHAUSTED);
    assertThat(reported).hasRootCauseMessage("no such kernel");
    assertThat(PoolFixture.reason(PoolFixture.claim(pool, SECOND)))
        .isEqualTo(PoolException.Reason.EXHAUSTED);
    assertThat(PoolFixture.claim(pool, MINUTE.multipliedBy(2))).isNotDone();
  }

  @Test
  void aWaiterDoesNotFailWhileAnotherAllocationMayStillServeIt() {
    WarmPool<Item> pool =
        fixture.pool(
            PoolPolicy.of(PoolSizing.fixed(2))
                .withAllocationsAtOnce(2)
                .withBackoff(new Backoff(MINUTE, MINUTE)));
    CompletableFuture<Claim<Item>> waiter = PoolFixture.claim(pool, SECOND);
    allocator.fail("first");
    assertThat(waiter).isNotDone();

    Item item = allocator.succeed();

    assertThat(waiter.join().take()).isSameAs(item);
  }

  @Test
  void aDeadlineThatPassesWhileAllocationFailsNamesTheFailure() {
    WarmPool<Item> pool = fixture.pool(0, 1);
    CompletableFuture<Claim<Item>> waiter = PoolFixture.claim(pool, SECOND);
    allocator.fail("out of memory");
    fixture.clock.advance(Duration.ofMillis(200));
    fixture.clock.advance(SECOND);

    assertThat(PoolFixture.exception(waiter))
        .hasRootCauseMessage("out of memory")
        .extracting(PoolException::reason)
        .isEqualTo(PoolException.Reason.DEADLINE);
  }

  @Test
  void refillStopsWhileAnyPauseIsHeldButWaitersAreServed() {
    WarmPool<Item> pool = fixture.full(2);
    RefillPause one = pool.pauseRefill();
    RefillPause two = pool.pauseRefill();
    pool.tryClaim().orElseThrow().take();
    pool.tryClaim().orElseThrow().take();
    assertThat(allocator.asked).isEmpty();

    CompletableFuture<Claim<Item>> waiter = PoolFixture.claim(pool, MINUTE);
    assertThat(allocator.asked).hasSize(1);
    allocator.succeed();
    assertThat(waiter).isCompleted();

    one.close();
    one.close();
    assertThat(allocator.asked).isEmpty();
    two.close();
    assertThat(allocator.asked).hasSize(2);
  }

  @Test
  void growsAndShrinksWhileItRuns() {
    WarmPool<Item> pool = fixture.full(2);
    pool.resize(PoolSizing.fixed(4));
    assertThat(allocator.asked).hasSize(2);
    allocator.succeed();
    allocator.succeed();

    pool.resize(PoolSizing.fixed(1));

    assertThat(allocator.disposed).extracting(item -> item.id).containsExactly(0, 1, 2);
    assertThat(pool.stats().slots().idle()).isEqualTo(1);
  }

  @Test
  void whatArrivesAfterShrinkingIsDisposedOf() {
    WarmPool<Item> pool = fixture.pool(1, 1);
    pool.resize(PoolSizing.fixed(0));
    Item late = allocator.succeed();

    assertThat(allocator.disposed).containsExactly(late);
    assertThat(pool.stats().slots().idle()).isZero();
  }

  @Test
  void aFullPoolSetsNoTimer() {
    fixture.full(3);

    assertThat(fixture.clock.pending()).isZero();
  }
}
