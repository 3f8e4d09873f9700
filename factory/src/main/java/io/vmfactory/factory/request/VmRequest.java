package io.vmfactory.factory.request;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request for a VM.
 *
 * @param templateKey key or a prefix of at least 8 digits; empty means any that fits
 * @param vcpus number of vCPUs; null means that of the named template, or the configured one
 * @param memoryMib memory; null means that of the named template, or the configured one
 * @param leaseTtl time to live of the lease; null means the default
 * @param routes routes in the order to try; empty means the configured ones
 * @param hostname hostname of the guest; empty means one made from the VM's id
 * @param owner free text, at most 128 characters
 * @param template name or {@code name:version}; empty means that no name is given. Not together
 *     with {@code templateKey}
 */
public record VmRequest(
    String templateKey,
    @Nullable Integer vcpus,
    @Nullable Integer memoryMib,
    @Nullable Duration leaseTtl,
    List<Route> routes,
    String hostname,
    String owner,
    String template) {
  public VmRequest {
    routes = List.copyOf(routes);
  }

  /** Makes a request that gives no name of a template. */
  public VmRequest(
      String templateKey,
      @Nullable Integer vcpus,
      @Nullable Integer memoryMib,
      @Nullable Duration leaseTtl,
      List<Route> routes,
      String hostname,
      String owner) {
    this(templateKey, vcpus, memoryMib, leaseTtl, routes, hostname, owner, "");
  }
}
