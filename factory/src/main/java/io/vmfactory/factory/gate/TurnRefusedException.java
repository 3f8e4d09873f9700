package io.vmfactory.factory.gate;

import java.time.Duration;

/** A turn was refused at once: too many wait already, or the gate is closed. */
public final class TurnRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why a turn was refused. */
  public enum Reason {
    /** As many customers wait as may. */
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

  /** Why. */
  public Reason reason() {
    return reason;
  }

  /** When a turn may be had, as an estimate; zero when that is never. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
