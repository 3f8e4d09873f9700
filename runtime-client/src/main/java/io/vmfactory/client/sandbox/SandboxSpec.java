package io.vmfactory.client.sandbox;

import io.vmfactory.api.v1.Route;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The specification of a new sandbox. Everything has a default: start with {@link #defaults()}.
 *
 * @param id 1..127 characters of {@code [A-Za-z0-9_.-]}, the first a letter or digit; empty to
 *     generate one
 * @param vcpus the number of vCPUs; 0 for the configured default
 * @param memoryMib the memory of the VM in MiB; 0 for the configured default
 * @param routes the allowed routes in order of preference; empty for the daemon's default
 * @param hostname 1..64 letters, digits, and inner hyphens and dots; empty for the VM's host name
 * @param dns the lines of resolv.conf in the containers; empty for no resolv.conf
 * @param sharedPids whether the containers share one PID namespace
 * @param leaseTtl how long the VM keeps running after this process is killed; null for the daemon's
 *     default
 * @param annotations stored with the sandbox and shown in lists
 * @param template the template that the sandbox is a clone of, as {@code name} or {@code
 *     name:version}; it brings its containers. Empty for an empty sandbox.
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
    Map<String, String> annotations,
    String template) {
  private static final SandboxSpec DEFAULTS =
      new SandboxSpec("", 0, 0, List.of(), "", List.of(), false, null, Map.of(), "");

  public SandboxSpec {
    routes = List.copyOf(routes);
    dns = List.copyOf(dns);
    annotations = Map.copyOf(annotations);
  }

  /** Returns a specification with all defaults. */
  public static SandboxSpec defaults() {
    return DEFAULTS;
  }

  /** Returns this specification with another id. */
  public SandboxSpec withId(String other) {
    return new SandboxSpec(
        other,
        vcpus,
        memoryMib,
        routes,
        hostname,
        dns,
        sharedPids,
        leaseTtl,
        annotations,
        template);
  }

  /** Returns this specification with another VM size; 0 for the configured default. */
  public SandboxSpec withSize(int otherVcpus, int otherMemoryMib) {
    return new SandboxSpec(
        id,
        otherVcpus,
        otherMemoryMib,
        routes,
        hostname,
        dns,
        sharedPids,
        leaseTtl,
        annotations,
        template);
  }

  /** Returns this specification with other routes, in order of preference. */
  public SandboxSpec withRoutes(List<Route> others) {
    return new SandboxSpec(
        id, vcpus, memoryMib, others, hostname, dns, sharedPids, leaseTtl, annotations, template);
  }

  /** Returns this specification with another host name. */
  public SandboxSpec withHostname(String other) {
    return new SandboxSpec(
        id, vcpus, memoryMib, routes, other, dns, sharedPids, leaseTtl, annotations, template);
  }

  /** Returns this specification with other lines of resolv.conf. */
  public SandboxSpec withDns(List<String> others) {
    return new SandboxSpec(
        id,
        vcpus,
        memoryMib,
        routes,
        hostname,
        others,
        sharedPids,
        leaseTtl,
        annotations,
        template);
  }

  /** Returns this specification with or without a shared PID namespace. */
  public SandboxSpec withSharedPids(boolean shared) {
    return new SandboxSpec(
        id, vcpus, memoryMib, routes, hostname, dns, shared, leaseTtl, annotations, template);
  }

  /**
   * Returns this specification with another lease TTL. The lease is renewed as long as this process
   * lives.
   */
  public SandboxSpec withLeaseTtl(Duration other) {
    return new SandboxSpec(
        id, vcpus, memoryMib, routes, hostname, dns, sharedPids, other, annotations, template);
  }

  /**
   * Returns this specification for a clone of a template that {@link SandboxRuntime#buildTemplate}
   * has made. Its containers are in the sandbox as soon as it has started. Lines of resolv.conf and
   * a shared PID namespace are those of the template.
   */
  public SandboxSpec withTemplate(String other) {
    return new SandboxSpec(
        id, vcpus, memoryMib, routes, hostname, dns, sharedPids, leaseTtl, annotations, other);
  }

  /** Returns this specification with other annotations. */
  public SandboxSpec withAnnotations(Map<String, String> others) {
    return new SandboxSpec(
        id, vcpus, memoryMib, routes, hostname, dns, sharedPids, leaseTtl, others, template);
  }
}
