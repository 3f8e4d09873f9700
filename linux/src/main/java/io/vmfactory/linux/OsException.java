package io.vmfactory.linux;

import org.jspecify.annotations.Nullable;

/** The kernel refused something. The message names the object and, if there is one, the remedy. */
public final class OsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final int errno;

  /** The kind of refusal, for callers that react to it. */
  public enum Kind {
    /** This host lacks a device or a right. The host must be changed. */
    LACKING,
    /** The caller named something unusable: missing, of another type, misspelt. */
    INVALID,
    /** The client whose rights count may not do this. */
    FORBIDDEN,
    /** The name is in use. */
    TAKEN,
    /** The host has run out of something: memory, processes, descriptors, disk. */
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

  /** Returns the kernel's error number, see errno(3); 0 = none. */
  public int errno() {
    return errno;
  }
}
