package io.vmfactory.configs;

/**
 * {@code [metrics]}
 *
 * @param port of 127.0.0.1 where metrics are served besides the daemon's socket; 0 = nowhere
 */
public record MetricsConfig(int port) {}
