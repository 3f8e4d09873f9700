package io.vmfactory.vmm;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import java.nio.file.Path;

/**
 * One VM: a VMM process, its monitor connection, its phase. Every method that changes the VM first
 * checks the phase. It throws {@link VmmException} with reason {@code ILLEGAL_PHASE} if the table
 * in {@link VmPhase} forbids the step.
 *
 * <p>After a failed step the VM's state is unknown, so the caller kills the VM. Thread-safe; steps
 * run one after the other.
 */
public interface Vm {
  /** Returns the identity of the VM's process; a later process with the same pid has another. */
  VmIdentity identity();

  /** Returns where the VM is in its life. */
  VmPhase phase();

  /** Returns the events that no step of ours causes: the exit, the opening of the agent's port. */
  VmSignals signals();

  /**
   * Asks the VMM how the VM is, without touching the guest. Returns when the VMM has answered and
   * its answer fits {@link #phase()}. Waits for a running step first.
   *
   * @throws VmmException with reason {@code DIED} when the process has ended, {@code ILLEGAL_PHASE}
   *     when the VM is DETACHED, {@code FAILED} when the VMM's answer does not fit the phase
   * @throws io.vmfactory.configs.time.DeadlineExceededException when the VMM does not answer: it
   *     hangs
   */
  void check(Deadline deadline);

  /** Loads device state: INCOMING to PAUSED. */
  void load(byte[] deviceState, Deadline deadline);

  /** Lets the CPUs run: PAUSED to RUNNING. */
  void cont(Deadline deadline);

  /** Stops the CPUs: RUNNING to PAUSED. */
  void stop(Deadline deadline);

  /**
   * Returns the device state of a PAUSED VM, without guest RAM and without the content of drives.
   * The VM stays as it was and can run again.
   */
  byte[] save(Deadline deadline);

  /**
   * Takes a snapshot of a RUNNING clone: stops its CPUs for the time that this needs, and lets them
   * run again, also when this fails. A PAUSED clone stays PAUSED.
   *
   * <p>What its OVERLAY drives hold at that moment is never written again; the VM goes on in new
   * copy-on-write files over it.
   *
   * @param overlayDir folder for those files; as in {@link DriveImage}
   * @param laps gets "copy" (of what the clone's template holds, while the VM still runs), then the
   *     steps of the pause: "stop", "state", "pages" (those that the VM has written), "layers" (of
   *     the drives), "cont"; then "freeze" (of the layers)
   * @throws VmmException with reason {@code INVALID} when a snapshot of this VM cannot be taken: it
   *     is no clone, or has what was not there when it was made
   */
  VmSnapshot snapshot(Path overlayDir, Laps laps, Deadline deadline);

  /**
   * Adds the vCPUs and the memory that a RUNNING VM lacks, with what an earlier daemon plugged
   * taken into account. Returns what it has then: memory is added in whole blocks ({@link
   * Sizing#MEMORY_BLOCK_MIB}). It never gets less. When this returns, the guest's kernel has
   * accepted the memory; the agent brings memory and CPUs online.
   *
   * @throws VmmException with reason {@code RESOURCES} when the VM's maximum does not allow it and
   *     nothing was added; {@code FAILED} when the guest refuses the memory
   * @throws io.vmfactory.configs.time.DeadlineExceededException when the guest does not answer: its
   *     kernel hangs, or has no ACPI memory hot-plug
   */
  Sizing grow(Sizing wanted, Deadline deadline);

  /** Returns the access to the VM's drives. */
  VmDrives drives();

  /** Returns the access to the VM's NIC slots. */
  VmNics nics();

  /**
   * Ends supervision and closes the monitor: PAUSED to DETACHED. The process and its folder stay,
   * for a new owner.
   */
  void detach();

  /**
   * Ends the process (SIGKILL), waits until it is gone and removes its folder. Legal in every phase
   * except DETACHED. A second call has no effect.
   */
  void kill();
}
