package io.vmfactory.pool.internal;

import io.vmfactory.pool.Claim;
import io.vmfactory.pool.PoolClock;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A claimer that waits in the queue. */
final class Waiter<T> {
  final CompletableFuture<Claim<T>> answer = new CompletableFuture<>();
  final long deadline;
  private PoolClock.@Nullable Timer timer;

  Waiter(long deadline) {
    this.deadline = deadline;
  }

  void arm(PoolClock.Timer next) {
    timer = next;
  }

  void disarm() {
    if (timer != null) {
      timer.cancel();
    }
  }
}
