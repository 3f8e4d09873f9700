package io.vmfactory.template;

import org.jspecify.annotations.Nullable;

/**
 * A template could not be built, loaded or found. The message names the step, the thing and the
 * remedy.
 */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** What kind of failure, for whoever must choose how to go on. */
  public enum Reason {
    /** No template of that key. */
    NOT_FOUND,
    /** It is there but this host may not load it: other VMM, CPU, format; truncated or altered. */
    REFUSED,
    /** What it is to be made of is missing or unreadable. */
    INVALID,
    /** Disk or memory full. */
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
