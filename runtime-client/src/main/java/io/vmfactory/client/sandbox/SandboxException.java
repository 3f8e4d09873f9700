package io.vmfactory.client.sandbox;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when an operation on a sandbox or container fails. The message is for the user: it says
 * what is wrong and, if known, what to do about it.
 */
public final class SandboxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** The kind of failure, for code that must react to it. */
  public enum Reason {
    /** The sandbox, container or process does not exist. */
    NOT_FOUND,
    /** The id is already in use. */
    ALREADY_EXISTS,
    /** The request is invalid. */
    INVALID,
    /** The state of the sandbox or container does not allow the operation. */
    WRONG_STATE,
    /** Another process is changing the sandbox and did not finish in time. */
    BUSY,
    /** The program does not exist in the container; shells return 127. */
    COMMAND_NOT_FOUND,
    /** The file is not executable; shells return 126. */
    NOT_EXECUTABLE,
    /** The image is in use in a conflicting way. */
    IN_USE,
    /** The caller may not open the image. */
    FORBIDDEN,
    /** No drive slot or port is free, or the disk is full. */
    NO_ROOM,
    /** The VM or the connection to it is gone. */
    LOST,
    /** The guest or this kind of VM does not support the operation. */
    UNSUPPORTED,
    /** The guest failed. */
    FAILED
  }

  public SandboxException(Reason reason, String message) {
    this(reason, message, null);
  }

  public SandboxException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
