package io.vmfactory.pool;

/**
 * One value set aside for one claimer. A claim ends in exactly one way: taken, undone or poisoned.
 * Until then the value belongs to the pool, and drain and close wait for it. Thread-safe.
 */
public interface Claim<T> extends AutoCloseable {
  /**
   * Takes the value. From now on the caller owns it and must destroy it; the pool forgets it.
   *
   * @throws IllegalStateException if the claim has already ended
   */
  T take();

  /**
   * Gives the value back unused. It goes to the next waiting claimer or back to the stock.
   *
   * @return whether this call gave it back; false if the claim had already ended
   */
  boolean undo();

  /**
   * Reports the value as broken, before or after it was taken. The pool disposes of it, counts it
   * and keeps the cause, and examines the other values in stock next, unless examinations are off.
   *
   * @return whether this call did so; false if the claim was already undone or poisoned
   */
  boolean poison(Throwable cause);

  /** Undoes the claim if it has not ended yet, so that no early exit loses the value. */
  @Override
  default void close() {
    undo();
  }
}
