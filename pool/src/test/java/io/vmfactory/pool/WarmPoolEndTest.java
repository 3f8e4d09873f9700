package io.vmfactory.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Tests draining, reopening and closing. */
class WarmPoolEndTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final PoolFixture fixture = new PoolFixture();
  private final ScriptedAllocator allocator = fixture.allocator;

  @Test
  void drainRefusesEmptiesAndWaitsForWhatIsUnderWay() {
    WarmPool<Item> pool = fixture.full(2);
    pool.resize(PoolSizing.fixed(3));
    Claim<Item> held = pool.tryClaim().orElseThrow();
    CompletableFuture<Void> drained = pool.drain().toCompletableFuture();

    assertThat(allocator.disposed).extracting(item -> item.id).containsExactly(1);
    assertThat(pool.tryClaim()).isEmpty();
    assertThat(PoolFixture.reason(PoolFixture.claim(pool, MINUTE)))
        .isEqualTo(PoolException.Reason.DRAINING);
    while (!allocator.asked.isEmpty()) {
      assertThat(drained).isNotDone();
      allocator.succeed();
    }
    assertThat(drained).isNotDone();
    Item taken = held.take();
    assertThat(drained).isCompleted();
    assertThat(allocator.disposed).doesNotContain(taken).hasSize(allocator.made - 1);
  }

  @Test
  void drainFailsThoseWhoWait() {
    WarmPool<Item> pool = fixture.pool(1, 1);
    CompletableFuture<Claim<Item>> waiter = PoolFixture.claim(pool, MINUTE);
    pool.drain();

    assertThat(PoolFixture.reason(waiter)).isEqualTo(PoolException.Reason.DRAINING);
  }

  @Test
  void drainOfAFailingPoolForgetsTheRetryAndReopeningTakesItUpAgain() {
    WarmPool<Item> pool = fixture.pool(1, 1);
    allocator.fail("no");
    assertThat(pool.drain().toCompletableFuture()).isCompleted();
    assertThat(fixture.clock.pending()).isZero();

    pool.reopen();
    fixture.clock.advance(MINUTE);

    assertThat(allocator.asked).hasSize(1);
  }

  @Test
  void reopeningFillsAgainAndEndsTheDrain() {
    WarmPool<Item> pool = fixture.full(1);
    allocator.holdDisposals = true;
    CompletableFuture<Void> drained = pool.drain().toCompletableFuture();
    pool.reopen();

    assertThat(drained).isCompletedExceptionally();
    assertThat(allocator.asked).hasSize(1);
    allocator.succeed();
    assertThat(pool.tryClaim()).isPresent();
  }

  @Test
  void closeWaitsForDisposalsAndIsForGood() {
    WarmPool<Item> pool = fixture.full(1);
    allocator.holdDisposals = true;
    CompletableFuture<Void> closed = pool.close().toCompletableFuture();
    assertThat(closed).isNotDone();
    assertThat(pool.close().toCompletableFuture()).isNotDone();

    allocator.heldDisposals.get(0).complete(null);

    assertThat(closed).isCompleted();
    pool.reopen();
    assertThat(pool.stats().phase()).isEqualTo(PoolStats.Phase.CLOSED);
    assertThat(PoolFixture.reason(PoolFixture.claim(pool, MINUTE)))
        .isEqualTo(PoolException.Reason.CLOSED);
    assertThat(pool.drain().toCompletableFuture()).isCompleted();
  }

  @Test
  void aDisposalThatFailsIsCountedAndDoesNotHoldUpTheEnd() {
    WarmPool<Item> pool = fixture.full(1);
    allocator.holdDisposals = true;
    CompletableFuture<Void> closed = pool.close().toCompletableFuture();
    allocator.heldDisposals.get(0).completeExceptionally(new IllegalStateException("stuck"));

    assertThat(closed).isCompleted();
    assertThat(pool.stats().failures().get(0).kind()).isEqualTo(PoolFailure.Kind.DISPOSE);
  }

  @Test
  void aClaimHeldOverTheCloseCanBeTakenOrPutAway() {
    WarmPool<Item> pool = fixture.full(2);
    Claim<Item> taken = pool.tryClaim().orElseThrow();
    Claim<Item> undone = pool.tryClaim().orElseThrow();
    allocator.asked.clear();
    pool.close();

    assertThat(taken.take().id).isZero();
    assertThat(undone.undo()).isTrue();
    assertThat(allocator.disposed).extracting(item -> item.id).containsExactly(1);
  }

  @Test
  void aClosedPoolLeavesNoTimerOfItsStock() {
    allocator.atOnce = true;
    WarmPool<Item> pool =
        fixture.pool(
            PoolPolicy.of(PoolSizing.fixed(3)).withUpkeep(new Upkeep(MINUTE, MINUTE, 0.5)));
    assertThat(fixture.clock.pending()).isEqualTo(3);

    pool.close();

    assertThat(fixture.clock.pending()).isZero();
  }

  @Test
  void aClosedPoolLeavesNoTimerOfWaitersAndRetries() {
    WarmPool<Item> pool = fixture.pool(1, 1);
    var unused = PoolFixture.claim(pool, MINUTE);
    allocator.fail("no");
    assertThat(fixture.clock.pending()).isEqualTo(2);

    pool.close();

    assertThat(fixture.clock.pending()).isZero();
  }
}
