package io.vmfactory.pool;

import io.vmfactory.configs.time.Deadline;
import java.util.concurrent.CompletionStage;

/**
 * Makes and destroys the values of a pool. A pool calls it from any thread, never under the pool's
 * lock, and possibly from several threads at once. A call should hand its work to its own threads
 * and return. An allocation may itself wait for a claim on another pool.
 */
public interface Allocator<T> {
  /**
   * Makes one value. An allocation counts as failed if the stage fails, the call throws, or the
   * value is null: the pool keeps the cause, backs off and tries again later. After a failure the
   * allocator itself cleans up what it had begun.
   *
   * @param limit deadline by which the stage must end; until it ends, the pool counts the slot as
   *     being allocated
   */
  CompletionStage<T> allocate(Deadline limit);

  /**
   * Destroys a value that this allocator made. Called at most once per value; for a value that was
   * taken, only if its taker poisoned it. A failure is counted and kept, not retried.
   */
  CompletionStage<Void> dispose(T value);
}
