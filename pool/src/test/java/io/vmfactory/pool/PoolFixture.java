package io.vmfactory.pool;

import io.vmfactory.configs.time.Deadline;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;

/** A pool under test with its scripted environment. */
final class PoolFixture {
  static final Deadline LONG = Deadline.after(Duration.ofHours(1));

  final SteppedClock clock = new SteppedClock();
  final ScriptedAllocator allocator = new ScriptedAllocator();

  /**
   * Jitter that never shortens a pause: it is the ceiling itself, as near as a double below 1 gets.
   */
  static final RandomGenerator FULL = fixed(Math.nextDown(1.0));

  static RandomGenerator fixed(double value) {
    return new Random() {
      private static final long serialVersionUID = 1L;

      @Override
      public double nextDouble() {
        return value;
      }
    };
  }

  WarmPool<Item> pool(PoolPolicy policy) {
    WarmPool<Item> pool = unstarted(policy);
    pool.start();
    return pool;
  }

  WarmPool<Item> unstarted(PoolPolicy policy) {
    return new WarmPool<>("pool of tests", allocator, allocator, policy, clock, FULL);
  }

  WarmPool<Item> pool(int size, int atOnce) {
    return pool(PoolPolicy.of(PoolSizing.fixed(size)).withAllocationsAtOnce(atOnce));
  }

  /** Returns a pool of that size, full. */
  WarmPool<Item> full(int size) {
    allocator.atOnce = true;
    WarmPool<Item> pool = pool(size, size);
    allocator.atOnce = false;
    return pool;
  }

  static CompletableFuture<Claim<Item>> claim(WarmPool<Item> pool, Duration patience) {
    return pool.claimLater(Deadline.after(patience));
  }

  static PoolException.Reason reason(CompletableFuture<?> failed) {
    return exception(failed).reason();
  }

  static PoolException exception(CompletableFuture<?> failed) {
    try {
      failed.getNow(null);
    } catch (CompletionException e) {
      return (PoolException) e.getCause();
    }
    throw new AssertionError("has not failed: " + failed);
  }
}
