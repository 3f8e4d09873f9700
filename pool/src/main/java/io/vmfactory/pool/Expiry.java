package io.vmfactory.pool;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Judges whether a value that waits in the pool is still good. The pool itself enforces age and
 * roll-over, see {@link Upkeep} and {@link RollOver}; an expiry judges what only the owner of the
 * values can know. Called like an {@link Allocator}: from any thread, never under the pool's lock.
 */
public interface Expiry<T> {
  /**
   * What the pool knows about a value.
   *
   * @param age time since its allocation succeeded
   * @param superseded whether the pool was rolled over after its allocation began
   */
  record Facts(Duration age, boolean superseded) {}

  /**
   * Examines a value. Until the stage ends, the pool gives the value to no claimer. If the stage
   * fails, the value counts as expired and the failure is kept.
   */
  CompletionStage<Examination> examine(T value, Facts facts);

  /**
   * Returns a stage that ends, with or without failure, when the value dies by itself (its process
   * exited); the pool then replaces it at once. Called once, when the value enters the pool. The
   * default never ends.
   */
  default CompletionStage<?> ended(T value) {
    return new CompletableFuture<Void>();
  }

  /** Returns an expiry that finds every value good for ever. */
  static <T> Expiry<T> never() {
    return (value, facts) -> CompletableFuture.completedFuture(Examination.keep());
  }
}
