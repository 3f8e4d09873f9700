package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import java.time.Duration;

/** The one who will have one VM of an earlier daemon. */
public interface Adopter {
  /** How long taking it over may take; a VM that takes longer is ended. */
  Duration limit();

  /** Whether a customer has the VM. */
  boolean hasCustomer();

  /**
   * Takes the VM; once this has returned true it is this one's.
   *
   * @return false = not wanted, or not what its record says: to be ended. So when this throws
   */
  boolean take(Vm vm, VmFolder folder, Deadline deadline);

  /** There will be no VM. */
  void lost(String why);
}
