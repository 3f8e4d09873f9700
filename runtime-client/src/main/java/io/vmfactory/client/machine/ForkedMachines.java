package io.vmfactory.client.machine;

import java.time.Duration;
import java.util.List;

/**
 * Clones of a leased VM. Nothing renews their leases.
 *
 * @param machines the clones
 * @param pause how long the CPUs of their source stood still
 */
public record ForkedMachines(List<MachineFacts> machines, Duration pause) {
  public ForkedMachines {
    machines = List.copyOf(machines);
  }
}
