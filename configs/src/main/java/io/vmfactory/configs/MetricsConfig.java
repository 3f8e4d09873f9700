package io.vmfactory.configs;

/**
 * The {@code [metrics]} table of the configuration.
 *
 * @param port TCP port on 127.0.0.1 that serves metrics in addition to the daemon's socket; 0 means
 *     none
 */
public record MetricsConfig(int port) {}
