package io.vmfactory.configs;

import java.time.Duration;

/**
 * {@code [lease]}
 *
 * @param defaultTtl when a request names none
 * @param maxTtl longest that may be asked for
 */
public record LeaseConfig(Duration defaultTtl, Duration maxTtl) {}
