package io.vmfactory.vmm;

import io.vmfactory.linux.OsException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A VMM could not do what it was asked to. The message names the thing and, where there is one, the
 * remedy.
 */
public final class VmmException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** What kind of failure, for whoever must choose how to go on. */
  public enum Reason {
    /** Program missing, too old, or lacking something it needs: the host must be changed. */
    UNUSABLE,
    /** The VM's own request is impossible: beyond its maximum, path too long, kernel unreadable. */
    INVALID,
    /** Somebody else has it in use. */
    BUSY,
    /** The host, or the VM, has no more of something: memory, processes, descriptors, slots. */
    RESOURCES,
    /** The step is not legal in the VM's phase. */
    ILLEGAL_PHASE,
    /** The name is taken. */
    EXISTS,
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

  /** What the kernel refused, in the words of this room; the message stays. */
  public static VmmException of(OsException e) {
    Reason reason =
        switch (e.kind()) {
          case LACKING -> Reason.UNUSABLE;
          case INVALID -> Reason.INVALID;
          case TAKEN -> Reason.EXISTS;
          case SHORTAGE -> Reason.RESOURCES;
          case GONE -> Reason.DIED;
          case REFUSED -> Reason.FAILED;
        };
    return new VmmException(reason, String.valueOf(e.getMessage()), e);
  }

  /** Does a step; throws what the kernel refuses as {@link #of} says it. */
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
