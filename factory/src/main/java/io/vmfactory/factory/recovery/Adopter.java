package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.vm.HostedVm;
import java.time.Duration;

/** Takes over one VM of an earlier daemon. */
public interface Adopter {
  /**
   * Returns how long taking over may last. A VM that takes longer is reported if it has a customer,
   * else ended.
   */
  Duration limit();

  /** Whether a customer has the VM. Then it is taken over even if its VMM does not answer. */
  boolean hasCustomer();

  /**
   * Takes ownership of the VM. Returns false if the VM is not wanted or does not match its record.
   * If this returns false or throws, the caller ends the VM.
   */
  boolean take(HostedVm hosted, Deadline deadline);

  /** Reports that the VM is lost, and why. */
  void lost(String why);
}
