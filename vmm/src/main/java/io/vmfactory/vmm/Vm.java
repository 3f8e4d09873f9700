package io.vmfactory.vmm;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.NetworkNamespace;

/**
 * One VM: a VMM process, its monitor connection, its phase. Every method checks the phase first and
 * throws {@link VmmException} with reason {@code ILLEGAL_PHASE} when the table in {@link VmPhase}
 * forbids the step.
 *
 * <p>A VM whose step fails is in an unknown state: the caller kills it. Thread-safe; steps are
 * serial.
 */
public interface Vm extends VmStatus {
  /** INCOMING to PAUSED: loads device state. */
  void load(byte[] deviceState, Deadline deadline);

  /** PAUSED to RUNNING. */
  void cont(Deadline deadline);

  /** RUNNING to PAUSED. */
  void stop(Deadline deadline);

  /** PAUSED, stays PAUSED but never runs again: the device state, without guest RAM. */
  byte[] save(Deadline deadline);

  /**
   * Adds vCPUs and memory to a RUNNING VM. What is returned is what was really added: memory comes
   * in whole blocks ({@link Sizing#MEMORY_BLOCK_MIB}), rounded up. When it returns, the guest's
   * kernel has accepted the memory; bringing memory and CPUs online is the agent's part.
   *
   * @throws VmmException with reason {@code RESOURCES} when the VM's maximum does not allow it,
   *     nothing added; {@code FAILED} when the guest refuses the memory
   * @throws io.vmfactory.configs.time.DeadlineExceededException when the guest does not answer: its
   *     kernel hangs, or has no ACPI memory hot-plug
   */
  Sizing plug(Sizing extra, Deadline deadline);

  /** The drives that are attached to it and those that can be. */
  VmDrives drives();

  /**
   * Connects a free NIC slot of a RUNNING VM: moves its host's end into {@code target} and brings
   * it up there. It stays until the VM ends, or the namespace. One that fails leaves the VM as it
   * was.
   *
   * @param name what the host's end is called there, 1..15 characters; empty = {@code vmf} and
   *     digits of the VM's id
   * @throws VmmException with reason {@code INVALID} when an interface cannot be called so, {@code
   *     EXISTS} when one in there is, {@code RESOURCES} when no slot is free
   */
  NicPlace attachNic(NetworkNamespace target, String name, Deadline deadline);

  /**
   * PAUSED to DETACHED: lets go of monitor and supervision; the process and its folder stay, for a
   * new owner.
   */
  void detach();

  /**
   * Ends the process (SIGKILL), waits until it is gone and removes its folder. Legal in every phase
   * but DETACHED; a second call does nothing.
   */
  void kill();
}
