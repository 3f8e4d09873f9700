package io.vmfactory.factory.request;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request that cannot be served, for a reason that lies in the request or in the daemon's state.
 */
public final class RequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final @Nullable Duration retryAfter;

  /** What kind of refusal. */
  public enum Reason {
    /** A field is absurd. */
    INVALID,
    /** No such template, VM, lease or drive. */
    NOT_FOUND,
    /** Not this client's to have. */
    FORBIDDEN,
    /** It is there already. */
    ALREADY_EXISTS,
    /** Not possible as the daemon is configured. */
    NOT_POSSIBLE,
    /** A limit is reached; comes with a time to wait. */
    EXHAUSTED,
    /** The daemon has just started and does not know yet; comes with a time to wait. */
    NOT_YET,
    /** The daemon is shutting down. */
    SHUTTING_DOWN
  }

  public RequestException(Reason reason, String message) {
    this(reason, message, null);
  }

  public RequestException(Reason reason, String message, @Nullable Duration retryAfter) {
    super(message);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  public Reason reason() {
    return reason;
  }

  /** When asking again makes sense; null = no idea. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
