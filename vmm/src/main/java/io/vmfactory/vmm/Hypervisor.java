package io.vmfactory.vmm;

import io.vmfactory.configs.time.Deadline;

/**
 * A program that runs VMs, found and probed. The seam a second VMM would implement.
 *
 * <p>A failed start leaves nothing: no process, no file in the VM's folder that it made.
 */
public interface Hypervisor {
  /** What was found: program, version, accelerator and why. */
  HypervisorInfo info();

  /**
   * Starts a VM from its kernel. Returns when the VMM answers and the guest's CPUs run ({@link
   * VmPhase#RUNNING}); whether the guest is up is the agent's to say.
   *
   * @throws VmmException when the process cannot be started or ends before it answers
   */
  Vm boot(Launch launch, Deadline deadline);

  /**
   * Starts a VMM with the same devices but nothing in them: memory mapped, waiting for device state
   * ({@link VmPhase#INCOMING}).
   *
   * @throws VmmException when the process cannot be started or ends before it answers
   */
  Vm prepare(Launch launch, Deadline deadline);

  /**
   * {@link #prepare} and {@link Vm#load} in one: a clone, {@link VmPhase#PAUSED}. A VMM that can be
   * told both at once needs less time for it. A failure leaves no process.
   *
   * @param answered told when the VMM answers, on this thread; throws nothing
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
   * Takes over a VM that another process started and that runs on after that process's end: the
   * phase is what the VMM says it is (INCOMING, PAUSED or RUNNING). How such a VM ends one day may
   * not be known, see {@link VmExit}; one that is adopted cannot be saved. What fails leaves the
   * process and its folder as they were.
   *
   * @throws VmmException with reason {@code DIED} when the process is gone or is another by now,
   *     {@code FAILED} when the VMM is in a state that has no phase
   * @throws io.vmfactory.configs.time.DeadlineExceededException when the VMM does not answer: it
   *     hangs, or somebody else holds its monitor
   */
  Vm adopt(Survivor survivor, Deadline deadline);
}
