package io.vmfactory.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.pool.Allocator;
import io.vmfactory.pool.Backoff;
import io.vmfactory.pool.Claim;
import io.vmfactory.pool.Examination;
import io.vmfactory.pool.Expiry;
import io.vmfactory.pool.Item;
import io.vmfactory.pool.PoolClock;
import io.vmfactory.pool.PoolException;
import io.vmfactory.pool.PoolPolicy;
import io.vmfactory.pool.PoolSizing;
import io.vmfactory.pool.RefillPause;
import io.vmfactory.pool.RollOver;
import io.vmfactory.pool.Upkeep;
import io.vmfactory.pool.WarmPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many threads use one pool with real timers; the ledger throws on what must not happen. */
class StressTest {
  private static final int CLIENTS = 8;
  private static final int ROUNDS = 10_000;

  private final Ledger ledger = new Ledger();
  private final AtomicReference<AssertionError> violation = new AtomicReference<>();
  private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(2);
  private final ExecutorService workers = Executors.newFixedThreadPool(4);
  private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS + 1);
  private final WarmPool<Item> pool =
      new WarmPool<>(
          "stressed pool", new Maker(), new Examiner(), policy(), clock(), new Random(1));

  private PoolClock clock() {
    timers.setRemoveOnCancelPolicy(true);
    return PoolClock.on(timers);
  }

  private static PoolPolicy policy() {
    return new PoolPolicy(
        PoolSizing.fixed(4),
        3,
        Duration.ofSeconds(60),
        new Backoff(Duration.ofMillis(1), Duration.ofMillis(4)),
        new Upkeep(Duration.ofMillis(20), Duration.ofMillis(5), 0.5));
  }

  @AfterEach
  void stop() {
    clients.shutdownNow();
    workers.shutdownNow();
    timers.shutdownNow();
  }

  /** Makes items on the worker threads; one in eight fails. */
  private final class Maker implements Allocator<Item> {
    @Override
    public CompletionStage<Item> allocate(Deadline limit) {
      return CompletableFuture.supplyAsync(this::make, workers);
    }

    private Item make() {
      if (chance(8)) {
        throw new IllegalStateException("scripted");
      }
      return ledger.made();
    }

    @Override
    public CompletionStage<Void> dispose(Item value) {
      return CompletableFuture.runAsync(() -> guarded(() -> ledger.disposed(value)), workers);
    }
  }

  private final class Examiner implements Expiry<Item> {
    @Override
    public CompletionStage<Examination> examine(Item value, Facts facts) {
      guarded(() -> ledger.examined(value));
      return CompletableFuture.supplyAsync(
          () -> chance(4) ? Examination.expire("scripted") : Examination.keep(), workers);
    }
  }

  @Test
  void nothingIsLostUnderManyThreads() throws Exception {
    pool.start();
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      running.add(clients.submit(this::client));
    }
    running.add(clients.submit(this::operator));
    for (Future<?> each : running) {
      each.get();
    }
    pool.close().toCompletableFuture().get(60, TimeUnit.SECONDS);

    assertThat(violation.get()).isNull();
    ledger.settle();
    assertThat(pool.stats().traffic().taken()).isPositive();
    assertThat(pool.stats().traffic().undone()).isPositive();
    assertThat(timers.getQueue()).isEmpty();
  }

  private void client() {
    for (int i = 0; i < ROUNDS; i++) {
      switch (ThreadLocalRandom.current().nextInt(3)) {
        case 0 -> pool.tryClaim().ifPresent(this::end);
        case 1 -> claim();
        default -> claimAndCancel();
      }
    }
  }

  private void claim() {
    try {
      end(pool.claim(Deadline.after(Duration.ofMillis(ThreadLocalRandom.current().nextInt(4)))));
    } catch (PoolException e) {
      assertThat(e.reason()).isNotEqualTo(PoolException.Reason.CLOSED);
    }
  }

  /** Gives up at a moment that often coincides with the answer. */
  private void claimAndCancel() {
    CompletableFuture<Claim<Item>> claim = pool.claimLater(Deadline.after(Duration.ofSeconds(60)));
    if (chance(2)) {
      Thread.yield();
    }
    if (!claim.cancel(false) && !claim.isCompletedExceptionally()) {
      end(claim.join());
    }
  }

  private void end(Claim<Item> claim) {
    guarded(
        () -> {
          ledger.claimed(claim);
          if (chance(2)) {
            ledger.undone(claim);
            assertThat(claim.undo()).isTrue();
          } else if (chance(4)) {
            ledger.poisoned(claim);
            assertThat(claim.poison(new IllegalStateException("scripted"))).isTrue();
          } else {
            ledger.taken(claim);
            claim.take();
          }
        });
  }

  private void operator() {
    for (int i = 0; i < ROUNDS / 4; i++) {
      switch (i % 6) {
        case 0 -> pool.resize(PoolSizing.fixed(1 + i % 7));
        case 1 -> pool.rollOver(RollOver.RECREATE);
        case 2 -> pool.rollOver(RollOver.ON_REPLENISH);
        case 3 -> pool.drain();
        case 4 -> pool.reopen();
        default -> pausedClaim();
      }
    }
  }

  private void pausedClaim() {
    try (RefillPause pause = pool.pauseRefill()) {
      claim();
    }
  }

  private static boolean chance(int oneIn) {
    return ThreadLocalRandom.current().nextInt(oneIn) == 0;
  }

  private void guarded(Runnable check) {
    try {
      check.run();
    } catch (AssertionError e) {
      violation.compareAndSet(null, e);
    }
  }
}
