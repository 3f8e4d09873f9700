package io.vmfactory.configs;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A configuration and the file it was read from.
 *
 * @param config the configuration in force
 * @param file the file it was read from; null means the built-in defaults
 */
public record LoadedConfig(VmFactoryConfig config, @Nullable Path file) {}
