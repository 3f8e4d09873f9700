package io.vmfactory.client;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a call to the daemon fails. The message is for the user: it says what is wrong and,
 * if known, what to do about it.
 */
public final class FactoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Code code;
  private final String reason;
  private final @Nullable Duration retryAfter;

  /** The kind of failure, for code that must react to it. */
  public enum Code {
    /** No daemon listens on the socket. */
    NOT_RUNNING,
    /** The user may not use the socket or the call. */
    FORBIDDEN,
    /** A field of the request is invalid. */
    INVALID,
    /** The template, VM or lease does not exist. */
    NOT_FOUND,
    /** A usable template of this shape already exists. */
    ALREADY_EXISTS,
    /** The daemon's configuration does not allow this. */
    NOT_POSSIBLE,
    /**
     * A limit of the host or the configuration is reached. {@link #retryAfter()} may say when to
     * try again.
     */
    EXHAUSTED,
    /** The deadline has passed. */
    DEADLINE,
    /** The call was cancelled. */
    CANCELLED,
    /**
     * The daemon is starting or shutting down, or the connection was lost. Whether the call took
     * effect is unknown.
     */
    UNAVAILABLE,
    /** The daemon does not know this call, because it is of another version. */
    UNSUPPORTED,
    /** The VMM or the guest failed. */
    FAILED
  }

  FactoryException(Code code, String message, @Nullable Throwable cause) {
    this(code, message, "", null, cause);
  }

  FactoryException(
      Code code,
      String message,
      String reason,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  public Code code() {
    return code;
  }

  /**
   * Returns whether the same call may succeed later: no daemon is running, it is starting, stopping
   * or was killed during the call, or a limit is reached.
   */
  public boolean isRetryable() {
    return code == Code.NOT_RUNNING || code == Code.UNAVAILABLE || code == Code.EXHAUSTED;
  }

  /**
   * Returns the daemon's reason for the failure (google.rpc.ErrorInfo.reason); empty if it gave
   * none.
   */
  public String reason() {
    return reason;
  }

  /** Returns when to try again, if the daemon advised it. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
