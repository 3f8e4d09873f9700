package io.vmfactory.client;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call to the daemon did not do what it was asked to. The message is meant for people: it names
 * the thing and, where there is one, the remedy.
 */
public final class FactoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Code code;
  private final String reason;
  private final @Nullable Duration retryAfter;

  /** What kind of failure, for whoever must choose how to go on. */
  public enum Code {
    /** No daemon listens on the socket. */
    NOT_RUNNING,
    /** The socket or the call is not for this user. */
    FORBIDDEN,
    /** A field of the request is absurd. */
    INVALID,
    /** No such template, VM or lease. */
    NOT_FOUND,
    /** A usable template of this shape is there already. */
    ALREADY_EXISTS,
    /** The daemon cannot do this as it is configured. */
    NOT_POSSIBLE,
    /**
     * A limit of the host or the configuration; {@link #retryAfter()} may say when to ask again.
     */
    EXHAUSTED,
    /** The time ran out. */
    DEADLINE,
    /** The call was called off. */
    CANCELLED,
    /**
     * The daemon is starting or shutting down, or its connection was lost; what it had done is not
     * known.
     */
    UNAVAILABLE,
    /** The daemon does not know this call: it is of another version. */
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
   * Whether the same call may do later: no daemon is there just now, it is starting, stopping or
   * was killed in the middle of the call, or a limit is reached.
   */
  public boolean isRetryable() {
    return code == Code.NOT_RUNNING || code == Code.UNAVAILABLE || code == Code.EXHAUSTED;
  }

  /**
   * The daemon's own word for the failure (google.rpc.ErrorInfo.reason); empty when it has none.
   */
  public String reason() {
    return reason;
  }

  /** When it is worth asking again, as the daemon sees it. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
