package io.vmfactory.factory.grpc;

/**
 * What the skin says about the daemon without asking a use case.
 *
 * @param version the product's version
 * @param configToml the configuration in force, as TOML
 * @param configPath the file it came from; empty = built-in defaults
 */
public record DaemonFacts(String version, String configToml, String configPath) {}
