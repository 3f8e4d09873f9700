package io.vmfactory.factory.recovery;

import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmSpec;

/**
 * Takes over the VMs of earlier daemons, and receives reports about those that are lost.
 * Thread-safe.
 */
public interface Adopters {
  /** Returns the spec of the VM of that record. */
  VmSpec spec(VmRecord record);

  /**
   * Returns the adopter for the VM of that record, which is LEASED, WARM or SHELL and whose process
   * lives. Called for all such VMs before the first is taken over.
   */
  Adopter expect(VmRecord record);

  /** Counts the living VM of that record, which is GIVEN_AWAY. */
  void countGivenAway(VmFolder folder, VmRecord record, VmIdentity process);

  /** Reports that the VM of that record, which is LEASED, ended while no daemon was running. */
  void died(VmRecord record);

  /**
   * Reports something that people should know.
   *
   * @param vmId the VM, as the name of its folder has it
   */
  void tell(String vmId, String what);
}
