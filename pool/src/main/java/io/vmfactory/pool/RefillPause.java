package io.vmfactory.pool;

/**
 * A pause of refilling, from {@link WarmPool#pauseRefill}. Refilling resumes once every pause is
 * closed.
 */
public interface RefillPause extends AutoCloseable {
  /** Ends this pause; idempotent. */
  @Override
  void close();
}
