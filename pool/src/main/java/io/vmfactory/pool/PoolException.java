package io.vmfactory.pool;

import org.jspecify.annotations.Nullable;

/**
 * Reports that a claim was not served. The reason says whether a new claim can help. The cause, if
 * there is one, is the last failed allocation of a pool that has not recovered since.
 */
public final class PoolException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why a claim was not served. */
  public enum Reason {
    /** The stock is empty, and the next allocation is due only after the claimer's deadline. */
    EXHAUSTED,
    /** The pool is being emptied; it can be reopened. */
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

  /** Returns why the claim was not served. */
  public Reason reason() {
    return reason;
  }
}
