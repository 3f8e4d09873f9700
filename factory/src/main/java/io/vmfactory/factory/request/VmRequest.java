package io.vmfactory.factory.request;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A wish for a VM.
 *
 * @param templateKey key or a prefix of at least 8 digits; empty = whichever fits
 * @param vcpus null = as the named template has; without one, as configured
 * @param memoryMib null = likewise
 * @param leaseTtl null = the default
 * @param routes in the order to try; empty = as configured
 * @param hostname empty = made from the VM's id
 * @param owner free text, at most 128 characters
 */
public record VmRequest(
    String templateKey,
    @Nullable Integer vcpus,
    @Nullable Integer memoryMib,
    @Nullable Duration leaseTtl,
    List<Route> routes,
    String hostname,
    String owner) {
  public VmRequest {
    routes = List.copyOf(routes);
  }
}
