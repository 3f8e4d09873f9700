package io.vmfactory.factory.routes;

import io.vmfactory.pool.RefillPause;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts the requests for VMs that are being served. While they are many, and for a moment after,
 * refilling pauses, since it would take the CPUs that they need. "Many" is half of the turns, at
 * least one: on a small host a VM that was taken is replaced after the request; on a large host,
 * where some request is always under way, the stock is refilled meanwhile. Thread-safe.
 */
public final class Customers {
  /**
   * How long refilling pauses after the last request. Its reply must still be written and read, and
   * the next request of a burst may be on its way: a refill would take the CPU from both.
   */
  public static final Duration LINGER = Duration.ofMillis(10);

  private final int many;
  private final Supplier<RefillPause> hold;
  private final ScheduledExecutorService scheduler;
  private int present;
  private @Nullable RefillPause held;
  private @Nullable Future<?> lifting;

  /**
   * @param turns the most restores and boots at once, 1 or more
   * @param hold pauses refilling until the result is closed
   */
  public Customers(int turns, Supplier<RefillPause> hold, ScheduledExecutorService scheduler) {
    this.many = Math.max(1, turns / 2);
    this.hold = hold;
    this.scheduler = scheduler;
  }

  /** A request that is being served. */
  interface Presence extends AutoCloseable {
    /** The request is no longer being served. Call this once. */
    @Override
    void close();
  }

  /** Counts one more request, until the result is closed. */
  synchronized Presence enter() {
    if (++present == many) {
      if (lifting == null) {
        held = hold.get();
      } else {
        lifting.cancel(false);
        lifting = null;
      }
    }
    return this::leave;
  }

  private synchronized void leave() {
    if (present-- == many) {
      lifting = scheduler.schedule(this::lift, LINGER.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void lift() {
    RefillPause last;
    synchronized (this) {
      if (lifting == null) {
        return; // another request came just before
      }
      last = held;
      held = null;
      lifting = null;
    }
    if (last != null) {
      last.close(); // Refilling begins in there, so not under our lock.
    }
  }
}
