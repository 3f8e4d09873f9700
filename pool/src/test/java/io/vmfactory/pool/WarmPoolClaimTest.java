package io.vmfactory.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Tests what a claimer may rely on. */
class WarmPoolClaimTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final PoolFixture fixture = new PoolFixture();
  private final ScriptedAllocator allocator = fixture.allocator;

  @Test
  void aClaimOnAFilledPoolIsServedAtOnceWithTheOldest() {
    WarmPool<Item> pool = fixture.full(3);

    assertThat(PoolFixture.claim(pool, MINUTE).join().take().id).isEqualTo(0);
    assertThat(pool.tryClaim().orElseThrow().take().id).isEqualTo(1);
    assertThat(pool.stats().traffic().hits()).isEqualTo(2);
    assertThat(pool.stats().traffic().misses()).isZero();
  }

  @Test
  void tryClaimDoesNotWaitAndCountsAMiss() {
    WarmPool<Item> pool = fixture.pool(1, 1);

    assertThat(pool.tryClaim()).isEmpty();
    assertThat(pool.stats().traffic().misses()).isEqualTo(1);
    assertThat(pool.stats().slots().waiting()).isZero();
    assertThat(pool.stats().traffic().hitRatio()).hasValue(0);
  }

  @Test
  void waitersAreServedInTheOrderTheyCame() {
    WarmPool<Item> pool = fixture.pool(0, 3);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int who = i;
      var unused = PoolFixture.claim(pool, MINUTE).thenAccept(claim -> order.add(who));
    }
    allocator.succeed();
    allocator.succeed();
    allocator.succeed();

    assertThat(order).containsExactly(0, 1, 2);
  }

  @Test
  void aTryClaimCannotOvertakeAWaiter() {
    WarmPool<Item> pool = fixture.pool(1, 1);
    CompletableFuture<Claim<Item>> waiter = PoolFixture.claim(pool, MINUTE);

    allocator.succeed();

    assertThat(pool.tryClaim()).isEmpty();
    assertThat(waiter).isCompleted();
  }

  @Test
  void aPoolOfSizeZeroServesThoseWhoWaitAndKeepsNothing() {
    WarmPool<Item> pool = fixture.pool(0, 2);
    assertThat(allocator.allocations).isZero();
    CompletableFuture<Claim<Item>> waiter = PoolFixture.claim(pool, MINUTE);
    assertThat(allocator.allocations).isEqualTo(1);

    Item item = allocator.succeed();

    assertThat(waiter.join().take()).isSameAs(item);
    assertThat(pool.stats().slots().idle()).isZero();
  }

  @Test
  void theDeadlineEndsTheWait() {
    WarmPool<Item> pool = fixture.pool(1, 1);
    CompletableFuture<Claim<Item>> waiter = PoolFixture.claim(pool, Duration.ofSeconds(5));

    fixture.clock.advance(Duration.ofSeconds(4));
    assertThat(waiter).isNotDone();
    fixture.clock.advance(Duration.ofSeconds(1));

    assertThat(PoolFixture.reason(waiter)).isEqualTo(PoolException.Reason.DEADLINE);
    assertThat(pool.stats().slots().waiting()).isZero();
    Item late = allocator.succeed();
    assertThat(pool.tryClaim().orElseThrow().take()).isSameAs(late);
  }

  @Test
  void aDeadlineThatPassedStillGetsWhatIsOnStockButDoesNotWait() {
    WarmPool<Item> pool = fixture.full(1);
    Deadline passed = Deadline.after(Duration.ZERO);

    assertThat(pool.claimLater(passed)).isCompleted();
    assertThat(PoolFixture.reason(pool.claimLater(passed)))
        .isEqualTo(PoolException.Reason.DEADLINE);
  }

  @Test
  void aCancelledWaiterLeavesTheQueueAndItsTurnPassesOn() {
    WarmPool<Item> pool = fixture.pool(0, 1);
    CompletableFuture<Claim<Item>> first = PoolFixture.claim(pool, MINUTE);
    CompletableFuture<Claim<Item>> second = PoolFixture.claim(pool, MINUTE);

    first.cancel(false);
    Item item = allocator.succeed();

    assertThat(second.join().take()).isSameAs(item);
    assertThat(allocator.asked).isEmpty();
  }

  @Test
  void anUndoneClaimGoesToTheNextWaiter() {
    WarmPool<Item> pool = fixture.pool(1, 1);
    Item item = allocator.succeed();
    Claim<Item> claim = pool.tryClaim().orElseThrow();
    CompletableFuture<Claim<Item>> waiter = PoolFixture.claim(pool, MINUTE);

    assertThat(claim.undo()).isTrue();

    assertThat(waiter.join().take()).isSameAs(item);
    assertThat(claim.undo()).isFalse();
  }

  @Test
  void anUndoneClaimGoesBackOnStockWhenNoRequestWaits() {
    WarmPool<Item> pool = fixture.pool(2, 1);
    Item item = allocator.succeed();

    try (Claim<Item> claim = pool.tryClaim().orElseThrow()) {
      assertThat(pool.stats().slots().claimed()).isEqualTo(1);
    }

    assertThat(pool.tryClaim().orElseThrow().take()).isSameAs(item);
  }

  @Test
  void aTakenValueIsForgottenAndCanBeTakenOnlyOnce() {
    WarmPool<Item> pool = fixture.full(1);
    Claim<Item> claim = pool.tryClaim().orElseThrow();
    claim.take();

    assertThat(claim.undo()).isFalse();
    assertThatThrownBy(claim::take).isInstanceOf(IllegalStateException.class);
    pool.close();
    assertThat(allocator.disposed).isEmpty();
  }

  @Test
  void anUndoneClaimCannotBeTaken() {
    WarmPool<Item> pool = fixture.full(1);
    Claim<Item> claim = pool.tryClaim().orElseThrow();
    claim.undo();

    assertThatThrownBy(claim::take).hasMessageContaining("UNDONE").hasMessageContaining("again");
  }

  @Test
  void aPoisonedValueIsDisposedOnceAndItsCauseKeptBeforeAndAfterTaking() {
    WarmPool<Item> pool = fixture.full(2);
    Claim<Item> untouched = pool.tryClaim().orElseThrow();
    Claim<Item> touched = pool.tryClaim().orElseThrow();
    Item taken = touched.take();

    assertThat(untouched.poison(new IllegalStateException("no answer"))).isTrue();
    assertThat(touched.poison(new IllegalStateException("cont failed"))).isTrue();
    assertThat(touched.poison(new IllegalStateException("again"))).isFalse();

    assertThat(allocator.disposed).hasSize(2).contains(taken);
    assertThat(pool.stats().traffic().poisoned()).isEqualTo(2);
    assertThat(pool.stats().failures())
        .extracting(failure -> failure.kind() + " " + failure.cause().getMessage())
        .containsExactly("POISONED cont failed", "POISONED no answer");
  }

  @Test
  void blockingClaimsAreServedByAnotherThread() throws InterruptedException {
    WarmPool<Item> pool = fixture.pool(0, 1);
    List<Item> taken = new ArrayList<>();
    CompletableFuture<Thread> waiting = new CompletableFuture<>();
    allocator.atOnce = true;
    Thread claimer =
        new Thread(
            () -> {
              waiting.complete(Thread.currentThread());
              taken.add(pool.claim(PoolFixture.LONG).take());
            });
    claimer.start();
    waiting.join().join();

    assertThat(taken).hasSize(1);
  }

  @Test
  void aBlockingClaimWhoseDeadlinePassesLeavesNothingBehind() {
    WarmPool<Item> pool = fixture.pool(1, 1);

    // The stepped clock never fires; the claimer's own clock ends the wait.
    assertThatThrownBy(() -> pool.claim(Deadline.after(Duration.ofMillis(1))))
        .isInstanceOf(PoolException.class)
        .hasMessageContaining("pool of tests");
    assertThat(pool.stats().slots().waiting()).isZero();
  }

  @Test
  void anInterruptedClaimLeavesNothingBehind() {
    WarmPool<Item> pool = fixture.pool(1, 1);
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> pool.claim(PoolFixture.LONG)).isInstanceOf(CancelledException.class);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(pool.stats().slots().waiting()).isZero();
  }

  @Test
  void aThousandWaitersThatUndoInTheirCallbackAreAllServed() {
    WarmPool<Item> pool = fixture.pool(0, 1);
    List<CompletableFuture<?>> waiters = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      waiters.add(PoolFixture.claim(pool, MINUTE).thenAccept(Claim::undo));
    }
    allocator.atOnce = true;
    allocator.succeed();

    assertThat(waiters).allMatch(CompletableFuture::isDone);
  }
}
