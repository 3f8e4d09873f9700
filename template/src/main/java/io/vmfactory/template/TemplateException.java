package io.vmfactory.template;

import org.jspecify.annotations.Nullable;

/**
 * Reports that a template could not be built, loaded or found. The message names the step, the
 * thing and the remedy.
 */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** The kind of failure, for callers that must choose how to go on. */
  public enum Reason {
    /** There is no template with that key. */
    NOT_FOUND,
    /**
     * The template exists but this host may not load it: other VMM, CPU or format; truncated or
     * altered.
     */
    REFUSED,
    /** A file that it is made from is missing or unreadable. */
    INVALID,
    /** Disk or memory is full. */
    RESOURCES,
    /** A step of the build failed. */
    FAILED
  }

  public TemplateException(Reason reason, String message) {
    this(reason, message, null);
  }

  public TemplateException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
