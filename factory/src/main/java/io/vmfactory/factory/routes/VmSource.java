package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.vm.HostedVm;

/** One way to make a VM. Thread-safe. */
public interface VmSource {
  /** Which way it is. */
  Route route();

  /**
   * Refuses at once what {@link #make} would refuse, so that no request waits for a turn in vain.
   *
   * @throws RequestException when this route cannot serve that order now
   */
  default void check(Order order) {}

  /**
   * Makes a VM for {@code order}: PAUSED, or RUNNING with its agent's port open. A failure leaves
   * nothing.
   *
   * @param laps gets each step
   * @throws RequestException when this route cannot serve that order now; another one may
   */
  HostedVm make(Order order, Laps laps, Deadline deadline);
}
