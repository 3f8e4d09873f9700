package io.vmfactory.ttrpc;

import org.jspecify.annotations.Nullable;

/** The other side refused a call or answered nonsense, or the connection broke. */
public final class TtrpcException extends RuntimeException {
  /** gRPC's code for "the request is too large". */
  static final int RESOURCE_EXHAUSTED = 8;

  /** gRPC's code for "an internal error". */
  static final int INTERNAL = 13;

  /** gRPC's code for "the connection is gone". */
  static final int UNAVAILABLE = 14;

  private static final long serialVersionUID = 1L;

  private final int code;
  private final String reason;

  TtrpcException(int code, String message, @Nullable Throwable cause) {
    this(code, message, message, cause);
  }

  private TtrpcException(int code, String message, String reason, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.reason = reason;
  }

  /** Returns a failure whose message names the call {@code what} before the reason. */
  static TtrpcException ofCall(int code, String what, String reason) {
    return new TtrpcException(code, what + " failed: " + reason, reason, null);
  }

  /** Returns what the other side said, without the call and the connection. */
  public String reason() {
    return reason;
  }

  /** Returns the gRPC status code, 1..16. */
  public int code() {
    return code;
  }
}
