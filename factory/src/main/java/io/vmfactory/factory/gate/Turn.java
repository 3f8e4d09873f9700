package io.vmfactory.factory.gate;

/** The right to restore or boot one VM now. Thread-safe. */
public interface Turn extends AutoCloseable {
  /** Gives it back, and the next in line has it; idempotent. */
  @Override
  void close();
}
