package io.vmfactory.client.sandbox;

import org.jspecify.annotations.Nullable;

/**
 * Something could not be done with a sandbox or a container. The message is meant for people: it
 * names the thing and, where there is one, the remedy.
 */
public final class SandboxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** What kind of failure, for whoever must choose how to go on. */
  public enum Reason {
    /** No such sandbox, container or process. */
    NOT_FOUND,
    /** There is one of that id already. */
    ALREADY_EXISTS,
    /** The request itself is absurd. */
    INVALID,
    /** The thing's state forbids it. */
    WRONG_STATE,
    /** Another process is changing the sandbox and did not finish in time. */
    BUSY,
    /** The program is not in the container; shells say 127. */
    COMMAND_NOT_FOUND,
    /** The program may not be executed, or is none; shells say 126. */
    NOT_EXECUTABLE,
    /** Somebody else has the image in a way that excludes this. */
    IN_USE,
    /** The caller may not open the image. */
    FORBIDDEN,
    /** Neither a drive's slot nor a port is free, or the disk is full. */
    NO_ROOM,
    /** The VM is gone, or the connection to it. */
    LOST,
    /** The guest, or this kind of VM, cannot do it. */
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
