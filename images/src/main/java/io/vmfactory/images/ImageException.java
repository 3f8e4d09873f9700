package io.vmfactory.images;

import org.jspecify.annotations.Nullable;

/**
 * An image could not be made. The message is meant for people: it names the file and, where there
 * is one, the remedy.
 */
public final class ImageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** What kind of failure, for whoever must choose how to go on. */
  public enum Reason {
    /** Nothing is there, or a layout has no such reference. */
    NOT_FOUND,
    /** It is there, but not what it should be: not a directory, empty, damaged, malicious. */
    INVALID,
    /** A file may not be read, or the image directory not be written. */
    FORBIDDEN,
    /** More than the image, or a limit on layers, can hold. */
    TOO_LARGE,
    /** The file system of the image directory is full. */
    DISK_FULL,
    /** A program of the host is missing. */
    UNUSABLE,
    /** The directory was changed while it was read. */
    CHANGED,
    /** A program of the host failed otherwise. */
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
