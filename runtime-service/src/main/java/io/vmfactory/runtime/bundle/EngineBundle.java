package io.vmfactory.runtime.bundle;

import java.nio.file.Path;

/**
 * What an engine hands over for a container.
 *
 * @param path the absolute path of a folder with config.json
 * @param config the file with the specification, absolute or below {@code path}
 * @param standIn the process that stands for the container
 * @param keeper the process that keeps it for containerd; 0 = none
 * @param template the template of containers whose specification names none; empty = the base
 */
public record EngineBundle(Path path, Path config, int standIn, int keeper, String template) {}
