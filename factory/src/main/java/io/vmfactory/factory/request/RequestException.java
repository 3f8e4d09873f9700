package io.vmfactory.factory.request;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reports that a request cannot be served, because of the request or of the daemon's state. */
public final class RequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final @Nullable Duration retryAfter;

  /** The kind of refusal. */
  public enum Reason {
    /** A field has an impossible value. */
    INVALID,
    /** There is no such template, VM, lease or drive. */
    NOT_FOUND,
    /** This client may not have it. */
    FORBIDDEN,
    /** It already exists. */
    ALREADY_EXISTS,
    /** It is not possible with the daemon's configuration. */
    NOT_POSSIBLE,
    /** A limit is reached; comes with a time after which to ask again. */
    EXHAUSTED,
    /**
     * The daemon has just started and does not know yet; comes with a time after which to ask
     * again.
     */
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

  /** Returns the time after which to ask again; null if it is not known. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
