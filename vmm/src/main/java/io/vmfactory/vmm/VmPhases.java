package io.vmfactory.vmm;

import io.vmfactory.vmm.VmmException.Reason;

/** The phase one VM is in, moved only along {@link VmPhase}'s table. Thread-safe. */
public final class VmPhases {
  private final VmId id;
  private VmPhase current = VmPhase.STARTING;

  public VmPhases(VmId id) {
    this.id = id;
  }

  /** Returns the current phase. */
  public synchronized VmPhase current() {
    return current;
  }

  /**
   * Checks that {@code step} may begin.
   *
   * @throws VmmException with reason {@code ILLEGAL_PHASE} when the VM is not in {@code needed},
   *     {@code UNAVAILABLE} when its VMM has not answered yet
   */
  public synchronized void require(VmPhase needed, String step) {
    requireAnswered(step);
    if (current != needed) {
      throw new VmmException(
          Reason.ILLEGAL_PHASE,
          "cannot %s VM %s: it is %s, not %s".formatted(step, id.shortened(), current, needed));
    }
  }

  /**
   * Checks that the VM exists, was not given away, and is available.
   *
   * @throws VmmException with reason {@code DIED} when its process has ended, {@code ILLEGAL_PHASE}
   *     when it was given away, {@code UNAVAILABLE} when its VMM has not answered yet
   */
  public synchronized void requireOurs(String step) {
    requireAnswered(step);
    if (current == VmPhase.EXITED || current == VmPhase.DETACHED) {
      Reason reason = current == VmPhase.EXITED ? Reason.DIED : Reason.ILLEGAL_PHASE;
      throw new VmmException(
          reason, "cannot %s VM %s: it is %s".formatted(step, id.shortened(), current));
    }
  }

  private void requireAnswered(String step) {
    if (current == VmPhase.UNAVAILABLE) {
      throw new VmmException(
          Reason.UNAVAILABLE,
          "cannot %s VM %s: its process has not answered since this daemon took it over; it is stopped or slow. Try again, or release the VM"
              .formatted(step, id.shortened()));
    }
  }

  /**
   * Enters {@code next}.
   *
   * @throws VmmException with reason {@code DIED} when the process has ended meanwhile, {@code
   *     ILLEGAL_PHASE} when the table has no such transition
   */
  public synchronized void enter(VmPhase next) {
    if (!current.leadsTo(next)) {
      Reason reason = current == VmPhase.EXITED ? Reason.DIED : Reason.ILLEGAL_PHASE;
      throw new VmmException(
          reason, "VM %s cannot become %s: it is %s".formatted(id.shortened(), next, current));
    }
    current = next;
  }
}
