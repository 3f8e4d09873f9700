package io.vmfactory.client.machine;

import io.vmfactory.api.v1.Route;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a VM shall be.
 *
 * @param vcpus 0 = as configured
 * @param memoryMib 0 = as configured
 * @param routes of the factory, in this order; empty = as configured
 * @param hostname RFC 1123 label; empty = made of its id
 * @param leaseTtl null = as the factory is configured
 * @param owner for the factory's status
 */
public record MachineWish(
    int vcpus,
    int memoryMib,
    List<Route> routes,
    String hostname,
    @Nullable Duration leaseTtl,
    String owner) {
  public MachineWish {
    routes = List.copyOf(routes);
  }
}
