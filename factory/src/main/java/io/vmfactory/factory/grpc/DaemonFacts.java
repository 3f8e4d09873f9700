package io.vmfactory.factory.grpc;

import io.vmfactory.configs.PoolConfig;

/**
 * What the skin says about the daemon without asking a verb.
 *
 * @param version the product's version
 * @param configToml the configuration in force, as TOML
 * @param configPath the file it came from; empty = built-in defaults
 * @param pool the part of it that status shows limits of
 */
public record DaemonFacts(String version, String configToml, String configPath, PoolConfig pool) {}
