package io.vmfactory.configs;

import java.time.Duration;

/**
 * The {@code [lease]} table of the configuration.
 *
 * @param defaultTtl time to live of a lease if the request names none
 * @param maxTtl longest time to live that a request may name
 * @param suspended the same for a lease whose VM is suspended
 */
public record LeaseConfig(Duration defaultTtl, Duration maxTtl, Suspended suspended) {

  /**
   * Leases whose VMs are suspended.
   *
   * @param defaultTtl time to live if the request names none
   * @param maxTtl longest time to live that a request may name
   */
  public record Suspended(Duration defaultTtl, Duration maxTtl) {}
}
