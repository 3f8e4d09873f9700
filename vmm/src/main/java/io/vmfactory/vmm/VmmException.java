package io.vmfactory.vmm;

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

  public Reason reason() {
    return reason;
  }
}
