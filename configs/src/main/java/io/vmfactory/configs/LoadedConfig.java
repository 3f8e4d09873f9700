package io.vmfactory.configs;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A configuration and where it came from.
 *
 * @param config the configuration in force
 * @param file the file it was read from; null = built-in defaults
 */
public record LoadedConfig(VmFactoryConfig config, @Nullable Path file) {}
