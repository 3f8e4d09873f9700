package io.vmfactory.factory.recovery;

import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.vmm.VmSpec;

/** Whoever takes over the VMs of earlier daemons, and hears what became of them. Thread-safe. */
public interface Adopters {
  /** What the VM of that record is. */
  VmSpec spec(VmRecord record);

  /**
   * Who will have the VM of that record, which is LEASED, WARM or SHELL and whose process lives.
   * Asked of all such VMs before the first is taken over.
   */
  Adopter expect(VmRecord record);

  /** The VM of that record, which is LEASED, ended while no daemon was there. */
  void died(VmRecord record);

  /**
   * Something that people should know.
   *
   * @param vmId as the folder's name has it
   */
  void tell(String vmId, String what);
}
