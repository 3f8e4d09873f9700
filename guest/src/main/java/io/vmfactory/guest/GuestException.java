package io.vmfactory.guest;

import org.jspecify.annotations.Nullable;

/**
 * An agent refused a call or sent a wrong answer, or its connection broke. The message is the
 * reason; the cause names the call and the socket.
 */
public final class GuestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** gRPC's code for "the request is not valid". */
  public static final int INVALID_ARGUMENT = 3;

  /** gRPC's code for "it did not come in time", e.g. a drive. */
  public static final int DEADLINE_EXCEEDED = 4;

  /** gRPC's code for "it does not exist". */
  public static final int NOT_FOUND = 5;

  /** gRPC's code for "it exists already". */
  public static final int ALREADY_EXISTS = 6;

  /** gRPC's code for "not permitted", e.g. running a file that is no program. */
  public static final int PERMISSION_DENIED = 7;

  /** gRPC's code for "the request is too large", e.g. a frame above the protocol's limit. */
  public static final int RESOURCE_EXHAUSTED = 8;

  /** gRPC's code for "not possible in the present state". */
  public static final int FAILED_PRECONDITION = 9;

  /** gRPC's code for "given up": a command that had to succeed failed. */
  public static final int ABORTED = 10;

  /** gRPC's code for "the connection is gone". */
  public static final int UNAVAILABLE = 14;

  /** gRPC's code for "the agent does not know this call". */
  public static final int UNIMPLEMENTED = 12;

  private final int code;

  public GuestException(int code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** Returns the gRPC status code, 1..16. */
  public int code() {
    return code;
  }
}
