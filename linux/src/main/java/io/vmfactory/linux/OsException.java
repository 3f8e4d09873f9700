package io.vmfactory.linux;

import org.jspecify.annotations.Nullable;

/**
 * The kernel refused something. The message names the thing and, where there is one, the remedy.
 */
public final class OsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final int errno;

  /** What kind of refusal, for callers that choose how to go on. */
  public enum Kind {
    /** This host lacks a device or a right: the host must be changed. */
    LACKING,
    /** The caller named something that cannot be used: not there, of another type, misspelt. */
    INVALID,
    /** The name is taken. */
    TAKEN,
    /** The host has no more of something: memory, processes, descriptors, disk. */
    SHORTAGE,
    /** The process ended. */
    GONE,
    /** Any other refusal. */
    REFUSED
  }

  OsException(Kind kind, String message) {
    this(kind, 0, message, null);
  }

  OsException(Kind kind, String message, @Nullable Throwable cause) {
    this(kind, 0, message, cause);
  }

  OsException(Kind kind, int errno, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.errno = errno;
  }

  public Kind kind() {
    return kind;
  }

  /** The kernel's error number, see errno(3); 0 when it gave none. */
  public int errno() {
    return errno;
  }
}
