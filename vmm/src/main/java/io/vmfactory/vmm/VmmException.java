package io.vmfactory.vmm;

import io.vmfactory.linux.OsException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A VMM could not do what was requested. The message names the object and, if there is one, the
 * remedy.
 */
public final class VmmException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** The kind of failure, for callers that react to it. */
  public enum Reason {
    /** A program is missing, too old, or lacks something it needs. The host must be changed. */
    UNUSABLE,
    /** The request is impossible: beyond the VM's maximum, path too long, kernel unreadable. */
    INVALID,
    /** The client whose rights count may not do this. */
    FORBIDDEN,
    /** Another program uses it. */
    BUSY,
    /** The host or the VM has run out of something: memory, processes, descriptors, slots. */
    RESOURCES,
    /** The step is not legal in the VM's phase. */
    ILLEGAL_PHASE,
    /** The name is in use. */
    EXISTS,
    /** The VMM has not answered yet: it is stopped or slow. */
    UNAVAILABLE,
    /** The process ended. */
    DIED,
    /** The VMM refused a command or broke its protocol. */
    FAILED
  }

  public VmmException(Reason reason, String message) {
    this(reason, message, null);
  }

  public VmmException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Translates a refusal of the kernel into this room's exception; the message stays the same. */
  public static VmmException of(OsException e) {
    Reason reason =
        switch (e.kind()) {
          case LACKING -> Reason.UNUSABLE;
          case INVALID -> Reason.INVALID;
          case FORBIDDEN -> Reason.FORBIDDEN;
          case TAKEN -> Reason.EXISTS;
          case SHORTAGE -> Reason.RESOURCES;
          case GONE -> Reason.DIED;
          case REFUSED -> Reason.FAILED;
        };
    return new VmmException(reason, String.valueOf(e.getMessage()), e);
  }

  /** Runs {@code step} and translates its {@link OsException} as {@link #of} does. */
  public static <T> T translate(Supplier<T> step) {
    try {
      return step.get();
    } catch (OsException e) {
      throw of(e);
    }
  }

  public Reason reason() {
    return reason;
  }
}
