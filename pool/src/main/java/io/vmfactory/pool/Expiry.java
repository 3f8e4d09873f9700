package io.vmfactory.pool;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Judges whether a value that waits in the pool is still good. Age and roll-over the pool enforces
 * itself, see {@link Upkeep} and {@link RollOver}; this is for what only the owner of the values
 * can tell. Called like an {@link Allocator}: from any thread, never under the pool's lock.
 */
public interface Expiry<T> {
  /**
   * What the pool knows about the value.
   *
   * @param age time since its allocation succeeded
   * @param superseded whether the pool was rolled over after its allocation began
   */
  record Facts(Duration age, boolean superseded) {}

  /**
   * Examines a value that nobody holds; the pool hands it to nobody until the stage ends. A failed
   * stage counts as expired, with the failure kept.
   */
  CompletionStage<Examination> examine(T value, Facts facts);

  /**
   * Ends, in either way, when the value died by itself (its process exited): the pool then replaces
   * it at once. Asked for once, when the value enters the pool. The default never ends.
   */
  default CompletionStage<?> ended(T value) {
    return new CompletableFuture<Void>();
  }

  /** Finds every value good for ever. */
  static <T> Expiry<T> never() {
    return (value, facts) -> CompletableFuture.completedFuture(Examination.keep());
  }
}
