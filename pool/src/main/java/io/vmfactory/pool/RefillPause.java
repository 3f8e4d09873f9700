package io.vmfactory.pool;

/**
 * A hold on refilling, from {@link WarmPool#pauseRefill}. Refilling goes on when every hold is
 * closed.
 */
public interface RefillPause extends AutoCloseable {
  /** Lifts this hold; idempotent. */
  @Override
  void close();
}
