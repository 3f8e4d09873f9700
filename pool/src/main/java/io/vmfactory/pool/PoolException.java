package io.vmfactory.pool;

import org.jspecify.annotations.Nullable;

/**
 * A claim was not served. The reason says whether asking again can help; the cause, where there is
 * one, is the last failed allocation of a pool that has not recovered since.
 */
public final class PoolException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why a claim was not served. */
  public enum Reason {
    /** Nothing on stock, and allocation backs off beyond the claimer's deadline. */
    EXHAUSTED,
    /** The pool is being emptied and can be reopened. */
    DRAINING,
    /** The pool is closed for good. */
    CLOSED,
    /** The claimer's deadline passed while it waited. */
    DEADLINE
  }

  private final Reason reason;

  public PoolException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
