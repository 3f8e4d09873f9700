package io.vmfactory.pool.internal;

import io.vmfactory.pool.PoolFailure;
import io.vmfactory.pool.PoolStats;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Counts what the pool did and keeps the last failures. Used under the pool's lock only. */
final class Meter {
  private static final int FAILURES_KEPT = 8;

  long hits;
  long misses;
  long taken;
  long undone;
  long poisoned;
  long allocated;
  long allocationsFailed;
  long expired;
  long disposed;
  private final Deque<Kept> failures = new ArrayDeque<>();

  private record Kept(PoolFailure.Kind kind, Throwable cause, long at) {}

  void failed(PoolFailure.Kind kind, Throwable cause, long now) {
    failures.addFirst(new Kept(kind, cause, now));
    if (failures.size() > FAILURES_KEPT) {
      failures.removeLast();
    }
  }

  PoolStats.Traffic traffic() {
    return new PoolStats.Traffic(
        hits, misses, taken, undone, poisoned, allocated, allocationsFailed, expired, disposed);
  }

  List<PoolFailure> failures(long now) {
    return failures.stream()
        .map(kept -> new PoolFailure(kept.kind, kept.cause, Duration.ofNanos(now - kept.at)))
        .toList();
  }
}
