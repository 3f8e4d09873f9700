package io.vmfactory.configs;

import java.time.Duration;

/**
 * The {@code [lease]} table of the configuration.
 *
 * @param defaultTtl time to live of a lease if the request names none
 * @param maxTtl longest time to live that a request may name
 */
public record LeaseConfig(Duration defaultTtl, Duration maxTtl) {}
