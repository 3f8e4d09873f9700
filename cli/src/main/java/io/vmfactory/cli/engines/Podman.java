package io.vmfactory.cli.engines;

import java.nio.file.Path;
import java.util.List;

/**
 * Podman: a file of its own in the folder that podman reads beside containers.conf.
 *
 * @param program {@code vmfactory-oci}
 */
record Podman(Path program) implements EngineConfig {
  @Override
  public String engine() {
    return "podman";
  }

  @Override
  public Path file() {
    return Path.of("/etc/containers/containers.conf.d/vmfactory.conf");
  }

  @Override
  public String snippet() {
    return "[engine.runtimes]\nvmfactory = [\"%1$s\"]\nvmfactory-oci = [\"%1$s\"]\n"
        .formatted(program);
  }

  @Override
  public String with(String text) {
    return snippet();
  }

  @Override
  public String without(String text) {
    return "";
  }

  @Override
  public List<String> programs() {
    return List.of("podman");
  }

  @Override
  public String afterwards() {
    return "podman --runtime vmfactory run ...";
  }
}
