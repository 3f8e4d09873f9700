package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;

/** One way to come by a VM. Thread-safe. */
interface VmSource {
  /** The word for it. */
  Route route();

  /**
   * A VM for {@code order}. A failure leaves nothing.
   *
   * @param laps told of each step
   * @throws RequestException when this route cannot serve that order now; another one may
   */
  MadeVm make(Order order, Laps laps, Deadline deadline);
}
