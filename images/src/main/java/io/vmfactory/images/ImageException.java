package io.vmfactory.images;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when an image cannot be created. The message is for the user: it names the file and, if
 * known, what to do about it.
 */
public final class ImageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** The kind of failure, for code that must react to it. */
  public enum Reason {
    /** The source does not exist, or a layout has no such reference. */
    NOT_FOUND,
    /** The source is invalid: not a directory, empty, damaged or malicious. */
    INVALID,
    /** A file is not readable, or the image directory is not writable. */
    FORBIDDEN,
    /** The source exceeds the size of the image or a limit on layers. */
    TOO_LARGE,
    /** The file system of the image directory is full. */
    DISK_FULL,
    /** A required program of the host is missing. */
    UNUSABLE,
    /** The directory changed while it was read. */
    CHANGED,
    /** A program of the host failed for another reason. */
    FAILED
  }

  ImageException(Reason reason, String message) {
    this(reason, message, null);
  }

  ImageException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
