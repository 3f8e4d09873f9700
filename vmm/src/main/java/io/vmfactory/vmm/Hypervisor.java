package io.vmfactory.vmm;

import io.vmfactory.configs.time.Deadline;

/**
 * A program that runs VMs, found and probed. A second VMM would implement this interface.
 *
 * <p>A failed start leaves no process, and none of the files that it made in the VM's folder.
 */
public interface Hypervisor {
  /** Returns what was found: program, version, accelerator and the reason for the accelerator. */
  HypervisorInfo info();

  /**
   * Starts a VM from its kernel. Returns when the VMM answers and the guest's CPUs run ({@link
   * VmPhase#RUNNING}). The agent knows whether the guest has booted.
   *
   * @throws VmmException when the process cannot be started or ends before it answers
   */
  Vm boot(Launch launch, Deadline deadline);

  /**
   * Starts a VMM with the same devices but without device state: the memory is mapped, and the VMM
   * waits for the state ({@link VmPhase#INCOMING}).
   *
   * @throws VmmException when the process cannot be started or ends before it answers
   */
  Vm prepare(Launch launch, Deadline deadline);

  /**
   * Makes a clone ({@link VmPhase#PAUSED}): {@link #prepare} and {@link Vm#load} in one step. A VMM
   * that accepts both at once needs less time. A failure leaves no process.
   *
   * @param answered runs on this thread when the VMM answers; must not throw
   * @throws VmmException when the process cannot be started, or ends or refuses the state
   */
  default Vm restore(Launch launch, byte[] deviceState, Runnable answered, Deadline deadline) {
    Vm vm = prepare(launch, deadline);
    answered.run();
    try {
      vm.load(deviceState, deadline);
    } catch (RuntimeException e) {
      vm.kill();
      throw e;
    }
    return vm;
  }

  /**
   * Takes over a VM that another process started and that outlived that process. The VM gets the
   * phase that the VMM reports (INCOMING, PAUSED or RUNNING). How such a VM ends later may be
   * unknown, see {@link VmExit}. A failure leaves the process and its folder unchanged.
   *
   * @throws VmmException with reason {@code DIED} when the process is gone or its pid was reused,
   *     {@code FAILED} when the VMM is in a state that has no phase
   * @throws io.vmfactory.configs.time.DeadlineExceededException when the VMM does not answer: it
   *     hangs, or another process holds its monitor
   */
  Vm adopt(Survivor survivor, Deadline deadline);

  /**
   * Takes over a VM like {@link #adopt}, but waits for nothing. The VM is {@link
   * VmPhase#UNAVAILABLE} until the VMM answers; until then it can only be killed. See {@link
   * VmSignals#available}. A failure leaves the process and its folder unchanged.
   *
   * @throws VmmException with reason {@code DIED} when the process is gone or its pid was reused,
   *     {@code RESOURCES} when this process has too few descriptors
   */
  Vm hold(Survivor survivor);
}
