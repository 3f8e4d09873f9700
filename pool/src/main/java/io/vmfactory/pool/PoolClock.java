package io.vmfactory.pool;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Monotonic time and timers of a pool; tests step it. */
public interface PoolClock {
  /** A timer that has been set. */
  @FunctionalInterface
  interface Timer {
    /** Cancels the timer if it has not fired. It may still fire if both happen at the same time. */
    void cancel();
  }

  /**
   * Returns nanoseconds since some moment before the pool was made; never goes back, never wraps.
   */
  long nanos();

  /**
   * Runs {@code action} once, {@code delay} from now or later, on a thread of the clock, never
   * inside this call.
   */
  Timer after(Duration delay, Runnable action);

  /**
   * Returns the host's monotonic clock with timers on {@code executor}. The caller keeps ownership
   * of the executor, which must outlive the pool. It should forget cancelled tasks ({@code
   * setRemoveOnCancelPolicy}), since most timers of a pool never fire.
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
