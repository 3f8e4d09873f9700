package io.vmfactory.factory.app;

import io.vmfactory.pool.RefillPause;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How many requests for VMs are being served; while they are many, refilling is held back, since it
 * would take the CPUs that they need. Many is half of the turns there are, at least one: on a small
 * host a VM that is taken is replaced when the request is through; on a large one, where some
 * request is always under way, the stock is refilled nevertheless. Thread-safe.
 */
final class Customers {
  private final int many;
  private final Supplier<RefillPause> hold;
  private int present;
  private @Nullable RefillPause held;

  /**
   * @param turns most restores and boots at once, 1 or more
   * @param hold holds back refilling until the result is closed
   */
  Customers(int turns, Supplier<RefillPause> hold) {
    this.many = Math.max(1, turns / 2);
    this.hold = hold;
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
      held = hold.get();
    }
    return this::leave;
  }

  private void leave() {
    RefillPause last = null;
    synchronized (this) {
      if (present-- == many) {
        last = held;
        held = null;
      }
    }
    if (last != null) {
      last.close(); // Refilling begins in there: not under our lock.
    }
  }
}
