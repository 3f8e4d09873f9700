package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.Route;

/** One way to come by a VM. Thread-safe. */
public interface VmSource {
  /** The word for it. */
  Route route();

  /**
   * Tells at once what {@link #make} would, so that nobody waits for a turn only to be refused.
   *
   * @throws RequestException when this route cannot serve that order now
   */
  default void check(Order order) {}

  /**
   * A VM for {@code order}. A failure leaves nothing.
   *
   * @param laps told of each step
   * @throws RequestException when this route cannot serve that order now; another one may
   */
  MadeVm make(Order order, Laps laps, Deadline deadline);
}
