package io.vmfactory.factory.turns;

import java.time.Duration;

/**
 * Reports that a turn was refused at once: too many customers already wait, or no more turns are
 * given.
 */
public final class TurnRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why a turn was refused. */
  public enum Reason {
    /** As many customers wait as are allowed. */
    FULL,
    /** No more turns are given. */
    CLOSED
  }

  private final Reason reason;
  private final Duration retryAfter;

  TurnRefusedException(Reason reason, String message, Duration retryAfter) {
    super(message);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  /** Returns why the turn was refused. */
  public Reason reason() {
    return reason;
  }

  /** Returns an estimate of the time until a turn is free; zero if there will be none. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
