package io.vmfactory.pool;

import io.vmfactory.configs.time.Deadline;
import java.util.concurrent.CompletionStage;

/**
 * Makes and destroys what a pool holds. Called from whatever thread moved the pool, never under the
 * pool's lock and possibly from several threads at once; a call should hand its work to its own
 * threads and return. An allocation may itself wait for a claim on another pool.
 */
public interface Allocator<T> {
  /**
   * Makes one. The stage's failure, a thrown exception and a null value all mean a failed
   * allocation: the pool keeps the cause, backs off and tries again later. Whatever a failed
   * allocation had begun is the allocator's to clean up.
   *
   * @param limit by when the stage ends, one way or the other; the pool counts the slot as under
   *     way until it does
   */
  CompletionStage<T> allocate(Deadline limit);

  /**
   * Destroys one that this allocator made; called at most once per value, and never for a value
   * that was taken unless its taker poisoned it. A failure is counted and kept, not retried.
   */
  CompletionStage<Void> dispose(T value);
}
