package io.vmfactory.client.sandbox;

import io.vmfactory.api.v1.Route;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox to be made. All of it has defaults: begin with {@link #defaults()}.
 *
 * @param id 1..127 of {@code [A-Za-z0-9_.-]}, the first a letter or digit; empty = generated
 * @param vcpus of its VM; 0 = as configured
 * @param memoryMib of its VM, in MiB; 0 = as configured
 * @param routes how the factory may serve it, in this order; empty = as configured there
 * @param hostname RFC 1123 label; empty = the VM's
 * @param dns lines of its containers' resolv.conf; empty = they have none
 * @param sharedPids whether its containers share one PID namespace
 * @param leaseTtl how long its VM lives on when this process is killed; null = as the factory is
 *     configured
 * @param annotations kept with it, for whoever lists it
 */
public record SandboxSpec(
    String id,
    int vcpus,
    int memoryMib,
    List<Route> routes,
    String hostname,
    List<String> dns,
    boolean sharedPids,
    @Nullable Duration leaseTtl,
    Map<String, String> annotations) {
  private static final SandboxSpec DEFAULTS =
      new SandboxSpec("", 0, 0, List.of(), "", List.of(), false, null, Map.of());

  public SandboxSpec {
    routes = List.copyOf(routes);
    dns = List.copyOf(dns);
    annotations = Map.copyOf(annotations);
  }

  /** Everything as configured, a generated id. */
  public static SandboxSpec defaults() {
    return DEFAULTS;
  }

  /** This with that id. */
  public SandboxSpec withId(String other) {
    return new SandboxSpec(
        other, vcpus, memoryMib, routes, hostname, dns, sharedPids, leaseTtl, annotations);
  }

  /** This with a VM of that size; 0 = as configured. */
  public SandboxSpec withSize(int otherVcpus, int otherMemoryMib) {
    return new SandboxSpec(
        id, otherVcpus, otherMemoryMib, routes, hostname, dns, sharedPids, leaseTtl, annotations);
  }

  /** This by those routes of the factory, in this order. */
  public SandboxSpec withRoutes(List<Route> others) {
    return new SandboxSpec(
        id, vcpus, memoryMib, others, hostname, dns, sharedPids, leaseTtl, annotations);
  }

  /** This with that host name. */
  public SandboxSpec withHostname(String other) {
    return new SandboxSpec(
        id, vcpus, memoryMib, routes, other, dns, sharedPids, leaseTtl, annotations);
  }

  /** This with those lines of resolv.conf. */
  public SandboxSpec withDns(List<String> others) {
    return new SandboxSpec(
        id, vcpus, memoryMib, routes, hostname, others, sharedPids, leaseTtl, annotations);
  }

  /** This with or without one PID namespace for all containers. */
  public SandboxSpec withSharedPids(boolean shared) {
    return new SandboxSpec(
        id, vcpus, memoryMib, routes, hostname, dns, shared, leaseTtl, annotations);
  }

  /** This with a lease of that length, which is renewed as long as this process lives. */
  public SandboxSpec withLeaseTtl(Duration other) {
    return new SandboxSpec(
        id, vcpus, memoryMib, routes, hostname, dns, sharedPids, other, annotations);
  }

  /** This with those annotations. */
  public SandboxSpec withAnnotations(Map<String, String> others) {
    return new SandboxSpec(
        id, vcpus, memoryMib, routes, hostname, dns, sharedPids, leaseTtl, others);
  }
}
