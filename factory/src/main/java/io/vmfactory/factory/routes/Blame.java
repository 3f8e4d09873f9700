package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.pool.Claim;

/** Reports VMs off the stock that failed on their way to the customer. */
final class Blame {
  private Blame() {}

  /** Reports {@code failure} to the pool of the claimed VM, if that was the VM's fault. */
  static void on(Claim<?> claim, RuntimeException failure) {
    if (!(CancelledException.isCauseOf(failure) || failure instanceof RequestException)) {
      claim.poison(failure);
    }
  }
}
