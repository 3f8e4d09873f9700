package io.vmfactory.factory.turns;

/** The right to restore or boot one VM now. Thread-safe. */
public interface Turn extends AutoCloseable {
  /** Gives the turn back, to the next in the queue; idempotent. */
  @Override
  void close();
}
