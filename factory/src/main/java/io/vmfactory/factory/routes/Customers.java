package io.vmfactory.factory.routes;

import io.vmfactory.pool.RefillPause;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How many requests for VMs are being served; while they are many, and for a moment after,
 * refilling is held back, since it would take the CPUs that they need. Many is half of the turns
 * there are, at least one: on a small host a VM that is taken is replaced when the request is
 * through; on a large one, where some request is always under way, the stock is refilled
 * nevertheless. Thread-safe.
 */
public final class Customers {
  /**
   * The reply is to be written and read yet, and the next request of a burst is on its way: a
   * refill that began at once would take the CPU from both.
   */
  public static final Duration LINGER = Duration.ofMillis(10);

  private final int many;
  private final Supplier<RefillPause> hold;
  private final ScheduledExecutorService scheduler;
  private int present;
  private @Nullable RefillPause held;
  private @Nullable Future<?> lifting;

  /**
   * @param turns most restores and boots at once, 1 or more
   * @param hold holds back refilling until the result is closed
   */
  public Customers(int turns, Supplier<RefillPause> hold, ScheduledExecutorService scheduler) {
    this.many = Math.max(1, turns / 2);
    this.hold = hold;
    this.scheduler = scheduler;
  }

  /** A request that is being served. */
  interface Presence extends AutoCloseable {
    /** It no longer is; to be called once. */
    @Override
    void close();
  }

  /** One more, until the result is closed. */
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
        return; // somebody came just before
      }
      last = held;
      held = null;
      lifting = null;
    }
    if (last != null) {
      last.close(); // Refilling begins in there: not under our lock.
    }
  }
}
