package io.vmfactory.guest;

import org.jspecify.annotations.Nullable;

/** An agent refused a call, answered nonsense, or its connection broke. */
public final class GuestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** gRPC's code for "the request makes no sense". */
  public static final int INVALID_ARGUMENT = 3;

  /** gRPC's code for "it did not come in time", such as a drive. */
  public static final int DEADLINE_EXCEEDED = 4;

  /** gRPC's code for "there is no such thing". */
  public static final int NOT_FOUND = 5;

  /** gRPC's code for "there is one already". */
  public static final int ALREADY_EXISTS = 6;

  /** gRPC's code for "this may not be done", such as running a file that is no program. */
  public static final int PERMISSION_DENIED = 7;

  /** gRPC's code for "too much for the other side", such as a frame above the protocol's limit. */
  public static final int RESOURCE_EXHAUSTED = 8;

  /** gRPC's code for "not in the state that it is in". */
  public static final int FAILED_PRECONDITION = 9;

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
