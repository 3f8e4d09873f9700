package io.vmfactory.guest;

import org.jspecify.annotations.Nullable;

/** An agent refused a call, answered nonsense, or its connection broke. */
public final class GuestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** gRPC's code for "this connection is gone". */
  public static final int UNAVAILABLE = 14;

  /** gRPC's code for "the agent does not know this call". */
  public static final int UNIMPLEMENTED = 12;

  private final int code;

  public GuestException(int code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** gRPC status code, 1..16. */
  public int code() {
    return code;
  }
}
