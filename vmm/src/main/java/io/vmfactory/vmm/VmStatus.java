package io.vmfactory.vmm;

import io.vmfactory.configs.time.Deadline;

/** What a VM is and how it fares: the half of a {@link Vm} that changes nothing. Thread-safe. */
public interface VmStatus {
  /** Which process this is, in a way that survives reuse of its pid. */
  VmIdentity identity();

  /** Where the VM is in its life. */
  VmPhase phase();

  /** What happens to the VM by itself: its exit, its agent's port opening. */
  VmSignals signals();

  /**
   * Asks the VMM how the VM is, without touching the guest. Returns when it answered and its answer
   * fits {@link #phase()}; waits for a step that is under way.
   *
   * @throws VmmException with reason {@code DIED} when the process has ended, {@code ILLEGAL_PHASE}
   *     when the VM is DETACHED, {@code FAILED} when the VMM says something else than the phase
   * @throws io.vmfactory.configs.time.DeadlineExceededException when it does not answer: it hangs
   */
  void check(Deadline deadline);
}
