package io.vmfactory.factory.grpc;

import io.vmfactory.configs.PoolConfig;

/**
 * What the skin reports about the daemon without a verb.
 *
 * @param version the product's version
 * @param configToml the configuration in force, as TOML
 * @param configPath the file that the configuration came from; empty = built-in defaults
 * @param pool the pools' part of the configuration; status shows its limits
 */
public record DaemonFacts(String version, String configToml, String configPath, PoolConfig pool) {}
