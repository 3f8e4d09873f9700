package io.vmfactory.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vmfactory.configs.time.Deadline;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;

/** Claims that come while a pool closes or drains: each is served or refused, none waits on. */
class WarmPoolLateClaimsTest {
  private static final int CLAIMERS = 3;

  private final ExecutorService makers = Executors.newFixedThreadPool(2);
  private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);
  private final Set<Integer> alive = ConcurrentHashMap.newKeySet();
  private final WarmPool<Integer> pool =
      new WarmPool<>(
          "pool of tests",
          new Numbers(),
          Expiry.never(),
          PoolPolicy.of(PoolSizing.fixed(2)).withAllocationsAtOnce(2),
          PoolClock.on(timers),
          new Random(1));

  /** Makes numbers, on threads of its own. */
  private final class Numbers implements Allocator<Integer> {
    private final AtomicInteger last = new AtomicInteger();

    @Override
    public CompletionStage<Integer> allocate(Deadline limit) {
      return CompletableFuture.supplyAsync(
          () -> {
            int next = last.incrementAndGet();
            alive.add(next);
            return next;
          },
          makers);
    }

    @Override
    public CompletionStage<Void> dispose(Integer value) {
      return CompletableFuture.runAsync(() -> alive.remove(value), makers);
    }
  }

  @AfterEach
  void stop() {
    makers.shutdownNow();
    timers.shutdownNow();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  /** The reason of the first refusal. */
  private PoolException.Reason claimUntilRefused(CountDownLatch underWay) {
    Throwable refusal = null;
    while (refusal == null) {
      refusal = catchThrowable(() -> alive.remove(pool.claim(soon()).take()));
      underWay.countDown();
    }
    assertThat(refusal).isInstanceOf(PoolException.class);
    return ((PoolException) refusal).reason();
  }

  private void everyClaimEnds(PoolException.Reason reason, Runnable end) throws Exception {
    pool.start();
    CountDownLatch underWay = new CountDownLatch(CLAIMERS * 5);
    var claimers = new CompletableFuture<?>[CLAIMERS];
    for (int i = 0; i < CLAIMERS; i++) {
      claimers[i] =
          CompletableFuture.runAsync(
              () -> assertThat(claimUntilRefused(underWay)).isEqualTo(reason));
    }
    assertThat(underWay.await(20, TimeUnit.SECONDS)).isTrue();
    end.run();
    soon().await(CompletableFuture.allOf(claimers), "every claimer to be refused");
    assertThat(alive).isEmpty();
    assertThat(pool.tryClaim()).isEmpty();
  }

  @RepeatedTest(50)
  void everyClaimMadeWhileThePoolClosesEnds() throws Exception {
    everyClaimEnds(
        PoolException.Reason.CLOSED, () -> soon().await(pool.close(), "the pool to close"));
  }

  @RepeatedTest(50)
  void everyClaimMadeWhileThePoolDrainsEnds() throws Exception {
    everyClaimEnds(
        PoolException.Reason.DRAINING, () -> soon().await(pool.drain(), "the pool to drain"));
  }
}
