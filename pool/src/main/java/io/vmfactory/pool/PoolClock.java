package io.vmfactory.pool;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Monotonic time and timers as the pool sees them; tests step it. */
public interface PoolClock {
  /** A timer that has been set. */
  @FunctionalInterface
  interface Timer {
    /** Calls it off when it has not fired; it may still fire when that races. */
    void cancel();
  }

  /** Nanoseconds since some moment before the pool was made; never goes back, never wraps. */
  long nanos();

  /**
   * Runs {@code action} once, {@code delay} from now or later, on a thread of the clock's, never
   * inside this call.
   */
  Timer after(Duration delay, Runnable action);

  /**
   * The host's monotonic clock with timers on {@code executor}, which stays the caller's and must
   * outlive the pool. It should forget cancelled tasks ({@code setRemoveOnCancelPolicy}): most
   * timers of a pool never fire.
   */
  static PoolClock on(ScheduledExecutorService executor) {
    long origin = System.nanoTime();
    return new PoolClock() {
      @Override
      public long nanos() {
        return System.nanoTime() - origin;
      }

      @Override
      public Timer after(Duration delay, Runnable action) {
        Future<?> timer = executor.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> timer.cancel(false);
      }
    };
  }
}
