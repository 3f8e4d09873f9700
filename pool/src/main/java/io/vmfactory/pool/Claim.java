package io.vmfactory.pool;

/**
 * One value set aside for one claimer. It ends in exactly one way: taken, undone or poisoned; until
 * then the value still belongs to the pool, whose drain and close wait for it. Thread-safe.
 */
public interface Claim<T> extends AutoCloseable {
  /**
   * Takes the value: it is the caller's for good, to use and to destroy, and the pool forgets it.
   *
   * @throws IllegalStateException when the claim has ended already
   */
  T take();

  /**
   * Gives the value back as untouched: it goes to the next waiting claimer, or back on stock.
   *
   * @return whether this call gave it back; false when the claim had ended already
   */
  boolean undo();

  /**
   * Reports the value as broken, before or after taking it: the pool disposes of it, counts it and
   * keeps the cause.
   *
   * @return whether this call did so; false when it was undone or poisoned before
   */
  boolean poison(Throwable cause);

  /** Undoes the claim when it has not ended otherwise, so that no early exit loses the value. */
  @Override
  default void close() {
    undo();
  }
}
