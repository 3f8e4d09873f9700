package io.vmfactory.client.machine;

import io.vmfactory.api.v1.Route;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request for a VM.
 *
 * @param vcpus the number of vCPUs; 0 for the configured default
 * @param memoryMib the memory in MiB; 0 for the configured default
 * @param routes the allowed routes in order of preference; empty for the configured ones
 * @param hostname 1..64 letters, digits, and inner hyphens and dots; empty to derive it from the
 *     VM's id
 * @param leaseTtl null for the daemon's default
 * @param owner shown in the daemon's status
 * @param template the template to use, as {@code name} or {@code name:version}; empty for one
 *     without a name that fits. A VM of a named template is never booted directly.
 */
public record MachineRequest(
    int vcpus,
    int memoryMib,
    List<Route> routes,
    String hostname,
    @Nullable Duration leaseTtl,
    String owner,
    String template) {
  public MachineRequest {
    routes = List.copyOf(routes);
  }
}
